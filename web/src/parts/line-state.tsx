import type { Line } from '../api/event-stream';
import './trouble.css';

/** Whether what is shown is of now. Said to screen readers when it changes. */
export function LineState({ line }: { readonly line: Line }) {
  return (
    <p class="line" role="status" data-line={line.kind}>
      {textOf(line)}
    </p>
  );
}

function textOf(line: Line): string {
  switch (line.kind) {
    case 'connecting':
      return 'Connecting';
    case 'live':
      return 'Live';
    case 'lost':
      return 'Connection lost: what you see is of before. Trying again by itself.';
    case 'refused':
      return `${line.error.message} ${line.error.advice}`;
    case 'over':
      return 'Over';
  }
}
