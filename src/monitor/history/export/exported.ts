import type { SessionListed, TypedEvent } from '@rapport-live/protocol';
import { emotionMl } from '../../../captions/emotion-ml';
import { webVtt } from '../../../captions/vtt';

export interface ExportedSession {
  readonly session: SessionListed;
  /** In the order in which they became durable. */
  readonly events: readonly TypedEvent[];
}

interface ExportFormat {
  readonly type: string;
  readonly ending: string;
  readonly write: (whole: ExportedSession) => string;
}

const FORMATS = {
  json: { type: 'application/json', ending: 'json', write: (whole) => JSON.stringify(whole) },
  vtt: { type: 'text/vtt; charset=utf-8', ending: 'vtt', write: ({ events }) => webVtt(events) },
  emotionml: { type: 'application/emotionml+xml', ending: 'emotionml', write: ({ events }) => emotionMl(events) },
} as const satisfies Record<string, ExportFormat>;

export const exported = (format: keyof typeof FORMATS): ExportFormat => FORMATS[format];
