import { closeSync, openSync, writeSync } from 'node:fs';
import type { TypedEvent } from '@rapport-live/protocol';
import { command, pathOf, type Surroundings } from './command';
import { LogFollower } from './log/log-follower';
import { asResult, logFolder, recordFilter } from './log/record-filter';
import { EXIT, misuse, Refusal } from './refusal';
import { emotionMl } from '../captions/emotion-ml';
import { webVtt } from '../captions/vtt';

const specs = {
  session: { value: 'ID', purpose: 'of this session only; the beginning or end of its id is enough' },
  format: {
    value: 'FORMAT',
    purpose: 'jsonl: every result (default); of one session: vtt, its transcript, or emotionml, its assessments',
    choices: ['jsonl', 'vtt', 'emotionml'],
  },
  out: { value: 'FILE', purpose: 'where it goes (default: standard output)' },
} as const;

/** Of one session as a whole, and what each is made of. */
const WHOLE = {
  /** Words, holds, and when the last one ended. */
  vtt: {
    types: new Set(['rapport.transcript.final', 'rapport.session.updated', 'rapport.session.ended']),
    write: webVtt,
  },
  emotionml: {
    types: new Set(['rapport.session.started', 'rapport.session.ended', 'rapport.window.assessed']),
    write: emotionMl,
  },
} as const;

/** Session ids that a sentence lists. */
const MAX_LISTED = 5;

export const exportCommand = command(
  {
    name: 'export',
    usage: '[options]',
    summary: 'Writes the results in the local log as JSON Lines, or one session as WebVTT or EmotionML.',
    specs,
  },
  async (operands, options, around) => {
    if (operands.length > 0) throw misuse(`export takes no "${operands[0]}": name a session with --session.`);
    const wanted = recordFilter(options);
    const follower = new LogFollower(logFolder(around.config().dataDir));
    const whole = options.format === 'vtt' || options.format === 'emotionml' ? WHOLE[options.format] : undefined;
    const kept: TypedEvent[] = [];
    const sessions = new Set<string>();
    const output = openOutput(options.out, around);
    try {
      for await (const record of follower.take()) {
        if (!wanted(record)) continue;
        sessions.add(record.event.subject);
        if (whole === undefined) await output.write(`${JSON.stringify(asResult(record))}\n`);
        else if (whole.types.has(record.event.type)) kept.push(record.event as TypedEvent);
      }
      if (options.session !== undefined && sessions.size === 0) {
        throw new Refusal(
          `The log has no session ${options.session}: \`npm run rapport -- tail --type session\` lists them.`,
        );
      }
      if (whole !== undefined) {
        if (sessions.size !== 1) throw tooMany([...sessions]);
        await output.write(whole.write(kept));
      }
    } finally {
      output.close();
    }
    return EXIT.ok;
  },
);

function tooMany(sessions: readonly string[]): Refusal {
  if (sessions.length === 0) return new Refusal('The log holds no session yet: run `npm start` first.');
  const shown = sessions.slice(-MAX_LISTED).join(', ');
  return misuse(`A transcript is of one session, the log has ${sessions.length}: add --session with one of ${shown}.`);
}

interface Output {
  readonly write: (text: string) => Promise<void> | void;
  readonly close: () => void;
}

/** Standard output waits for a slow reader; a file is written as it comes. */
function openOutput(name: string | undefined, around: Surroundings): Output {
  const { stdout } = around;
  if (name === undefined) {
    return {
      write: (text) => {
        if (!stdout.write(text)) return new Promise((resolve) => stdout.once('drain', resolve));
      },
      close: () => {},
    };
  }
  let file: number;
  try {
    file = openSync(pathOf(around, name), 'w');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Refusal(`${name} cannot be written (${code}): choose another file with --out.`);
  }
  return { write: (text) => void writeSync(file, text), close: () => closeSync(file) };
}
