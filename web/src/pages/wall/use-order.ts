import { useEffect, useRef, useState } from 'preact/hooks';
import { afterFrame } from '../../parts/after-frame';
import { stepTowards } from './order-steps';
import { orderOf, type Places, steadyPlaces } from './wall-order';
import { CARDS_A_FRAME, type Sessions } from './wall-store';

/** Cards change their places at most so often, ms. */
const REORDER_MS = 2_000;

export interface Order {
  readonly ids: readonly string[];
  /** The pointer or the focus is among the cards: their order is held. */
  readonly isHeld: boolean;
  readonly hold: { readonly onMouseEnter: () => void; readonly onMouseLeave: () => void } & {
    readonly onFocusIn: () => void;
    readonly onFocusOut: (event: FocusEvent) => void;
  };
}

interface Kept {
  readonly ids: readonly string[];
  /** Where they are on the way to. */
  readonly wanted: readonly string[];
  /** What that goes by. */
  readonly places: Places;
  /** When that was looked at anew. */
  readonly atMs: number;
}

/**
 * The order of the cards, which stays as it is below somebody's hand, and is not changed more often than an eye can follow. A new one
 * is reached in steps, a few cards in a frame: all at once would be the layout of a whole wall.
 */
export function useOrder(sessions: Sessions): Order {
  const [hand, setHand] = useState({ pointer: false, focus: false });
  const [, setTurn] = useState(0);
  const kept = useRef<Kept>({ ids: [], wanted: [], places: new Map(), atMs: -Infinity });
  const isHeld = hand.pointer || hand.focus;
  const waitMs = kept.current.atMs + REORDER_MS - performance.now();
  const mayMove = !isHeld && waitMs <= 0;
  const before = kept.current;
  const places = mayMove ? steadyPlaces(sessions, before.places) : before.places;
  const wanted = orderOf(sessions, isHeld ? before.ids : before.wanted, !mayMove, places);
  // those of a wall that was empty are drawn in steps themselves (use-gradually.ts)
  const ids = before.ids.length === 0 ? wanted : stepTowards(before.ids, wanted, CARDS_A_FRAME);
  kept.current = { ids, wanted, places, atMs: mayMove ? performance.now() : before.atMs };
  const isThere = ids === wanted;

  useEffect(() => {
    const again = (): void => setTurn((turn) => turn + 1);
    if (!isThere) return afterFrame(again);
    if (isHeld || mayMove) return;
    const timer = setTimeout(again, Math.max(0, waitMs));
    return () => clearTimeout(timer);
  });
  const within = ({ currentTarget, relatedTarget }: FocusEvent): boolean =>
    (currentTarget as Node).contains(relatedTarget as Node | null);
  return {
    ids,
    isHeld,
    hold: {
      onMouseEnter: () => setHand((now) => ({ ...now, pointer: true })),
      onMouseLeave: () => setHand((now) => ({ ...now, pointer: false })),
      onFocusIn: () => setHand((now) => ({ ...now, focus: true })),
      onFocusOut: (event) => {
        if (!within(event)) setHand((now) => ({ ...now, focus: false }));
      },
    },
  };
}
