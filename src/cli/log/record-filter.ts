import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_TYPES, type TypedEvent } from '@rapport-live/protocol';
import type { LogRecord } from '../../delivery/record-line';
import { closest } from '../../config/closest';
import { misuse, Refusal } from '../refusal';

/** Which records are wanted. */
export type RecordFilter = (record: LogRecord) => boolean;

/** `session`: an id, its beginning or its end. `type`: an event type, with or without `rapport.`, or its first part. */
export function recordFilter(wanted: { readonly session?: string; readonly type?: string }): RecordFilter {
  const { session } = wanted;
  const type = wanted.type === undefined ? undefined : typePrefix(wanted.type);
  return ({ event }) =>
    (session === undefined || event.subject.startsWith(session) || event.subject.endsWith(session)) &&
    (type === undefined || event.type === type || event.type.startsWith(`${type}.`));
}

function typePrefix(given: string): string {
  const full = given.startsWith('rapport.') ? given : `rapport.${given}`;
  if (EVENT_TYPES.some((type) => type === full || type.startsWith(`${full}.`))) return full;
  const near = closest(full, EVENT_TYPES);
  throw misuse(
    `There is no event type ${given}${near === undefined ? '.' : `: did you mean ${near}?`} The types are ${EVENT_TYPES.map((t) => t.replace('rapport.', '')).join(', ')}.`,
  );
}

/** As `results.jsonl` and the WebSocket have it. */
export const asResult = ({ seq, event }: LogRecord): { seq: number; event: TypedEvent } => ({
  seq,
  event: event as TypedEvent,
});

/** The log of a data folder. Throws a Refusal when no service ever wrote there. */
export function logFolder(dataDir: string): string {
  const folder = join(dataDir, 'outbox');
  if (existsSync(folder)) return folder;
  throw new Refusal(
    `${dataDir} holds no log: run \`npm start\` first, or set RAPPORT_DATA_DIR to the service's folder.`,
  );
}
