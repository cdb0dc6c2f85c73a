import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Line } from '../fold/conversation';
import { lineAt } from '../fold/moment';
import { shownLines } from '../fold/shown-lines';
import type { Corrections } from '../use-corrections';
import { clockOf } from '../../../words/durations';
import { LineView } from './line-view';

interface TranscriptProps {
  readonly lines: readonly Line[];
  readonly atMs: number;
  /** The page goes with the conversation: the newest line stays in sight. */
  readonly isFollowing: boolean;
  readonly onMoment: (atMs: number) => void;
  readonly corrections: Corrections;
  /** Counts up when somebody wants to get to the line of the moment. */
  readonly entered: number;
}

/** What was said and written, with alerts and remarks in their places. Each line's time is a button to its second. */
export function Transcript({ lines, atMs, isFollowing, onMoment, corrections, entered }: TranscriptProps) {
  const list = useRef<HTMLOListElement>(null);
  const current = isFollowing ? lines.at(-1) : lineAt(lines, atMs);
  const shown = useMemo(() => shownLines(lines, current), [lines, current]);

  useEffect(() => {
    const box = list.current;
    const row = box?.querySelector<HTMLElement>('[aria-current]');
    if (box === null || row === null || row === undefined) return;
    // the box alone scrolls: the page stays where it is
    const top = row.offsetTop - box.offsetTop;
    const isInSight = top >= box.scrollTop && top + row.offsetHeight <= box.scrollTop + box.clientHeight;
    if (!isInSight) box.scrollTop = top - (box.clientHeight - row.offsetHeight) / 2;
  }, [current?.id, isFollowing]);
  useEffect(() => {
    if (entered > 0) list.current?.querySelector<HTMLElement>('[aria-current] button')?.focus();
  }, [entered]);

  if (lines.length === 0) return <p class="muted">Nothing was said or written yet.</p>;
  const jump = (line: Line | undefined, text: string) =>
    line === undefined ? null : (
      <button type="button" onClick={() => onMoment(line.atMs)}>
        {text} {clockOf(line.atMs)}
      </button>
    );
  return (
    <>
      {jump(shown.before, 'Earlier: up to')}
      <ol class="transcript" role="list" ref={list}>
        {shown.lines.map((line) => (
          <LineView
            key={line.id}
            line={line}
            isCurrent={line === current}
            onMoment={onMoment}
            corrections={corrections}
          />
        ))}
      </ol>
      {jump(shown.after, 'Later: from')}
    </>
  );
}
