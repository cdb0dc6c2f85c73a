import { useEffect, useRef, useState } from 'preact/hooks';
import type { Sessions } from './wall-store';
import { orderOf } from './wall-order';

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

/** The order of the cards, which stays as it is below somebody's hand, and is not changed more often than an eye can follow. */
export function useOrder(sessions: Sessions): Order {
  const [hand, setHand] = useState({ pointer: false, focus: false });
  const [, setTurn] = useState(0);
  const kept = useRef<{ ids: readonly string[]; atMs: number }>({ ids: [], atMs: -Infinity });
  const isHeld = hand.pointer || hand.focus;
  const waitMs = kept.current.atMs + REORDER_MS - performance.now();
  const mayMove = !isHeld && waitMs <= 0;
  const ids = orderOf(sessions, kept.current.ids, !mayMove);
  kept.current = { ids, atMs: mayMove ? performance.now() : kept.current.atMs };

  useEffect(() => {
    if (isHeld || mayMove) return;
    const timer = setTimeout(() => setTurn((turn) => turn + 1), Math.max(0, waitMs));
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
