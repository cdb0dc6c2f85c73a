import type { TypedEvent } from '@rapport-live/protocol';
import type { LogRecord } from '../delivery/record-line';
import { ansi, describe, type Palette, plain } from '../demo/account';
import { command } from './command';
import { LogFollower } from './log/log-follower';
import { asResult, logFolder, recordFilter } from './log/record-filter';
import { EXIT, misuse } from './refusal';

const specs = {
  follow: { purpose: 'wait for more until Ctrl-C' },
  session: { value: 'ID', purpose: 'of this session only; the beginning or end of its id is enough' },
  type: { value: 'TYPE', purpose: 'of this event type only, as window.assessed or transcript' },
  json: { purpose: 'one JSON object a line, for other programs' },
} as const;

/** Between two looks at the folder, ms. */
const LOOK_EVERY_MS = 250;
/** Letters of the session id that tell sessions apart for the eye: the random end of a UUIDv7. */
const SHOWN_ID_LETTERS = 6;

export const tail = command(
  {
    name: 'tail',
    usage: '[options]',
    summary: 'Prints the results in the local log, also while the service writes them.',
    notes: ['Each line begins with the end of the session id and the number of the result in its session.'],
    specs,
  },
  async (operands, options, { config, stdout, interrupted }) => {
    if (operands.length > 0) throw misuse(`tail takes no "${operands[0]}": name a session with --session.`);
    const wanted = recordFilter(options);
    const follower = new LogFollower(logFolder(config().dataDir));
    const palette = stdout.isTTY ? ansi : plain;
    const line =
      options.json === true ? (r: LogRecord) => JSON.stringify(asResult(r)) : (r: LogRecord) => told(r, palette);
    for (;;) {
      for await (const record of follower.take()) {
        if (interrupted.aborted) return EXIT.ok;
        if (!wanted(record)) continue;
        if (!stdout.write(`${line(record)}\n`)) await new Promise((resolve) => stdout.once('drain', resolve));
      }
      if (options.follow !== true || interrupted.aborted) return EXIT.ok;
      await pause(LOOK_EVERY_MS, interrupted);
    }
  },
);

function told({ seq, event }: LogRecord, palette: Palette): string {
  const typed = event as TypedEvent;
  const what = describe(typed, palette) ?? other(typed);
  return `${event.subject.slice(-SHOWN_ID_LETTERS)} ${String(seq).padStart(5)} ${what}`;
}

/** What the live account leaves out. */
function other(event: TypedEvent): string {
  if (event.type === 'rapport.session.started') {
    const streams = event.data.streams.map(({ kind, party }) => `${kind} of ${party}`).join(', ') || 'chat only';
    return ` 0:00  session ${event.subject} started at ${event.data.startedAt}: ${streams}`;
  }
  if (event.type === 'rapport.session.updated') {
    const { kind, scope, detail } = event.data;
    const parts = Object.entries(detail).map(([name, value]) => `${name} ${value}`);
    return `       ${kind}${scope === undefined ? '' : ` of ${scope}`}: ${parts.join(', ')}`;
  }
  return `       ${event.type}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
