import type { TranscriptFinalData, TypedEvent } from '@rapport-live/protocol';
import { EMOTION_ML_BEGIN, EMOTION_ML_END, emotionElement } from '../../../captions/emotion-ml';
import { holdsOf } from '../../../captions/holds';
import { VTT_BEGIN, VttCues } from '../../../captions/vtt';
import type { WholeSession } from './whole-session';

interface ExportFormat {
  readonly type: string;
  readonly ending: string;
  /** The file in pieces, each made when it is wanted. */
  readonly write: (whole: WholeSession) => AsyncGenerator<string>;
}

const FORMATS = {
  json: { type: 'application/json', ending: 'json', write: writeJson },
  vtt: { type: 'text/vtt; charset=utf-8', ending: 'vtt', write: writeVtt },
  emotionml: { type: 'application/emotionml+xml', ending: 'emotionml', write: writeEmotionMl },
} as const satisfies Record<string, ExportFormat>;

/** Hours of a conversation are tens of MB: in each format they go out page by page, as they are read. */
export const exported = (format: keyof typeof FORMATS): ExportFormat => FORMATS[format];

/** No event is read again that is text already. */
async function* writeJson({ session, events }: WholeSession): AsyncGenerator<string> {
  yield `{"session":${JSON.stringify(session)},"events":[`;
  let isFirst = true;
  for await (const page of events()) {
    if (page.length === 0) continue;
    yield `${isFirst ? '' : ','}${page.join(',')}`;
    isFirst = false;
  }
  yield ']}';
}

async function* writeVtt(whole: WholeSession): AsyncGenerator<string> {
  const cues = new VttCues(holdsOf(await whole.participants(), await whole.endMs()));
  yield VTT_BEGIN;
  for await (const page of whole.finals()) {
    yield page.map((json) => cues.take((JSON.parse(json) as { data: TranscriptFinalData }).data)).join('');
  }
  yield cues.rest();
}

async function* writeEmotionMl({ session, events }: WholeSession): AsyncGenerator<string> {
  const startedMs = Date.parse(session.startedAt);
  yield EMOTION_ML_BEGIN;
  for await (const page of events()) {
    yield page.map((json) => emotionElement(JSON.parse(json) as TypedEvent, startedMs)).join('');
  }
  yield EMOTION_ML_END;
}
