import type { TypedEvent } from '@rapport-live/protocol';
import { resultId } from '../support/expected-results';
import type { ReferenceModel, Required } from './reference-model';

/** All that came of a session. */
export interface Told {
  readonly sessionId: string;
  readonly results: readonly TypedEvent[];
}

const TENANT = 'development';
const VOICE = 'customer-voice-1';

/** What is wrong with a session that ended in order: something lost, doubled or made up. Undefined: nothing is. */
export function faultOfWhole(model: ReferenceModel, told: Told): Error | undefined {
  const required = model.required();
  return (
    (model.isWhole ? otherFinals(told, required) : undefined) ??
    wrongPauses(model, told) ??
    untoldGap(model, told) ??
    faultOf(model, told, required, 'ended')
  );
}

/** The same of one that may have lost its end, as far as that is known. */
export function faultOf(model: ReferenceModel, told: Told, required: Required, reason: string): Error | undefined {
  return lostResult(told, required) ?? wrongResult(model, told) ?? wrongEnd(told, reason);
}

function otherFinals(told: Told, { utteranceStartsMs, chatMs }: Required): Error | undefined {
  const finals = dataOf(told, 'rapport.transcript.final');
  const expected = utteranceStartsMs.length + chatMs.length;
  if (finals.length === expected) return undefined;
  return new Error(`${finals.length} finals for ${expected}: ${finals.map((data) => JSON.stringify(data)).join(', ')}`);
}

function wrongPauses({ controls }: ReferenceModel, told: Told): Error | undefined {
  const name = (paused: boolean, ms: number): string => `${paused ? '' : 'un'}paused ${ms}`;
  const pauses = updates(told, 'pause').map(({ mediaMs, detail }) => name(detail.paused === true, mediaMs));
  let lastMs = -1;
  const said = controls.map(({ ptsMs, paused }) => {
    lastMs = Math.max(ptsMs, lastMs + 1); // each has a millisecond of its own
    return name(paused, lastMs);
  });
  if (pauses.join() === said.join()) return undefined;
  return new Error(`the pauses ${said.join()} were told as ${pauses.join()}`);
}

function untoldGap({ gapEndsMs }: ReferenceModel, told: Told): Error | undefined {
  const gaps = gapsOf(told);
  const isTold = (endMs: number): boolean =>
    gaps.some(({ reason, fromMs, toMs }) => reason === 'buffer_overflow' && fromMs < endMs && toMs >= endMs);
  const endMs = gapEndsMs.find((one) => !isTold(one));
  return endMs === undefined
    ? undefined
    : new Error(`nobody was told of the gap up to ${endMs}: ${JSON.stringify(gaps)}`);
}

function lostResult({ sessionId, results }: Told, required: Required): Error | undefined {
  const id = (type: TypedEvent['type'], ...key: (string | number)[]): string =>
    resultId({ tenant: TENANT, sessionId }, type, ...key);
  const wanted: [string, string][] = [
    ['started', id('rapport.session.started', 'started')],
    ...required.windowEndsMs.map((ms): [string, string] => [`window ${ms}`, id('rapport.window.assessed', ms)]),
    ...required.utteranceStartsMs.map((ms): [string, string] => [
      `utterance ${ms}`,
      id('rapport.transcript.final', VOICE, ms),
    ]),
    ...required.chatMs.map((ms): [string, string] => [`chat ${ms}`, id('rapport.transcript.final', 'chat', ms)]),
    ['ended', id('rapport.session.ended', 'ended')],
  ];
  const ids = new Set(results.map((event) => event.id));
  const missing = wanted.filter(([, one]) => !ids.has(one)).map(([what]) => what);
  return missing.length === 0 ? undefined : new Error(`lost: ${missing.join(', ')}`);
}

function wrongResult(model: ReferenceModel, told: Told): Error | undefined {
  const lastMs = Math.ceil(Math.max(model.mediaMs, ...model.chats.map(({ ptsMs }) => ptsMs + 1)) / 1000) * 1000;
  for (const { type, data } of told.results) {
    const { windowEndMs = 0 } = data as { windowEndMs?: number };
    if (windowEndMs > lastMs) return new Error(`${type} of ${windowEndMs}, behind the end at ${lastMs}`);
    if (type === 'rapport.window.degraded') return new Error(`a window was skipped: ${JSON.stringify(data)}`);
  }
  const gaps = gapsOf(told);
  const ends = gaps.map(({ reason, toMs }) => `${reason} to ${toMs}`);
  if (new Set(ends).size !== ends.length) return new Error(`a gap was told twice: ${ends.join(', ')}`);
  for (const { fromMs, toMs } of gaps) {
    if (!model.isLost(fromMs, toMs)) return new Error(`a gap from ${fromMs} to ${toMs}, where nothing was lost`);
  }
  const other = dataOf(told, 'rapport.session.updated').find(({ kind }) => kind !== 'pause' && kind !== 'gap');
  if (other !== undefined) return new Error(`nothing else was to be told: ${JSON.stringify(other)}`);
  for (const { startMs, endMs, source } of dataOf(told, 'rapport.transcript.final')) {
    if (source === 'voice' && model.isSilent((startMs + endMs) / 2)) {
      return new Error(`words from ${startMs} to ${endMs}, where nothing was heard`);
    }
  }
  return undefined;
}

function wrongEnd({ results }: Told, reason: string): Error | undefined {
  const last = results.at(-1);
  if (last?.type !== 'rapport.session.ended') return new Error(`the last is ${last?.type}`);
  const { reason: said, incomplete } = last.data;
  return said === reason && !incomplete ? undefined : new Error(`ended as ${said}, incomplete: ${incomplete}`);
}

function dataOf<T extends TypedEvent['type']>({ results }: Told, type: T): Extract<TypedEvent, { type: T }>['data'][] {
  return results.filter((event) => event.type === type).map(({ data }) => data as never);
}

function updates(told: Told, kind: string) {
  return dataOf(told, 'rapport.session.updated').filter((data) => data.kind === kind);
}

function gapsOf(told: Told): { readonly reason: string; readonly fromMs: number; readonly toMs: number }[] {
  return updates(told, 'gap').map(({ detail }) => detail as never);
}
