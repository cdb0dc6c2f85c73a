import type { TranscriptFinalData } from '@rapport-live/protocol';
import type { KnownText } from '../../models/encode/text-fact-encoder';
import type { AssessedPart } from '../../alerts/alert-event';
import { withLeftAlerts } from '../../alerts/left-alerts';
import type { SessionState } from '../../fusion/session-state';
import { upgradedState } from '../../fusion/session-state-upgrade';
import type { RestoredStreams } from '../../streams/resume/restored-streams';
import type { SessionHistory } from './session-history';
import type { SessionSnapshot } from './session-snapshot';

/** Windows read texts of so long, ms (fusion's `textWindowMs`). */
const TEXT_WINDOW_MS = 30_000;

/** A session that goes on after its process, from its snapshot and the log. */
export interface RestoredSession {
  readonly snapshot: SessionSnapshot;
  readonly history: SessionHistory;
  /** Media time 0 on the clock of this process, ms. */
  readonly startedAtMs: number;
}

/** As this version reads it; a snapshot of a state that it does not know is of no use. */
export function upgradedSnapshot(snapshot: SessionSnapshot): SessionSnapshot | undefined {
  const state = upgradedState(snapshot.state);
  return state && { ...snapshot, state };
}

/** Windows that are passed again were seen by the rules too: they are told of them as they were. */
export function assessedBefore({ history }: RestoredSession): (windowEndMs: number) => AssessedPart | undefined {
  const windows = new Map(history.windows.map((window) => [window.windowEndMs, window]));
  return (windowEndMs) => windows.get(windowEndMs);
}

/** The state to go on with: windows that have a result in the log are not made again, and no alert in it stays open unseen. */
export function stateOf({ snapshot, history }: RestoredSession): SessionState {
  const { state } = snapshot;
  const lastWindowEndMs = Math.max(state.lastWindowEndMs, history.lastWindowEndMs);
  const alerts = withLeftAlerts(state.alerts, history.picture.openAlerts);
  return { ...state, alerts, lastWindowEndMs, lastSignMs: Math.max(state.lastSignMs, history.lastWindowEndMs) };
}

export function streamsOf({ snapshot, history, startedAtMs }: RestoredSession): RestoredStreams {
  const chat = history.finals.filter(({ source }) => source === 'chat');
  return {
    ...{ startedAtMs, hopEndMs: snapshot.hopEndMs, lastGapMs: history.lastGapMs, gaps: history.gaps },
    streams: snapshot.streams.map(({ spec: _, ...start }) => start),
    chat: chat.map(({ utteranceId: messageId, startMs: ptsMs }) => ({ messageId, ptsMs })),
  };
}

/** Whether these words have a final already. Where they were cut may differ by a little from process to process. */
export function hasFinal(
  { history }: RestoredSession,
  { streamName, startMs, endMs }: { readonly streamName: string; readonly startMs: number; readonly endMs: number },
): boolean {
  return history.finals.some((final) => {
    if (final.stream !== streamName) return false;
    const commonMs = Math.min(endMs, final.endMs) - Math.max(startMs, final.startMs);
    return commonMs * 2 > Math.min(endMs - startMs, final.endMs - final.startMs);
  });
}

/** Texts that windows to come still read, or that the snapshot's state does not know of. */
export function textsOf({ snapshot, history }: RestoredSession): KnownText[] {
  const fromMs = history.lastWindowEndMs - TEXT_WINDOW_MS;
  return history.texts
    .filter(({ seq, party, endMs }) => seq > snapshot.resultSeq || (party === 'customer' && endMs > fromMs))
    .map((final) => ({
      ...{ textId: final.utteranceId, source: final.source, streamName: final.stream, party: final.party },
      ...{ startMs: final.startMs, endMs: final.endMs, speechMs: speechMsOf(final) },
      ...{ text: final.text, redactions: final.redactions, language: final.language, models: final.models },
      kept: final.seq > snapshot.resultSeq ? 'behind_state' : 'in_state',
      assembled: final.assembled,
    }));
}

/** From the first word to the last: what came before and behind is in no record. */
function speechMsOf({ words = [] }: TranscriptFinalData): number {
  return words.length === 0 ? 0 : words.at(-1)!.endMs - words[0]!.startMs;
}
