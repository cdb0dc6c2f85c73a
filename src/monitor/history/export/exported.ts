import type { TypedEvent } from '@rapport-live/protocol';
import { emotionMl } from '../../../captions/emotion-ml';
import { webVtt } from '../../../captions/vtt';
import type { WholeSession } from '../history-desk';

interface ExportFormat {
  readonly type: string;
  readonly ending: string;
  /** The file in pieces, each made when it is wanted. */
  readonly write: (whole: WholeSession) => AsyncGenerator<string>;
}

const FORMATS = {
  json: { type: 'application/json', ending: 'json', write: writeJson },
  vtt: { type: 'text/vtt; charset=utf-8', ending: 'vtt', write: written(webVtt) },
  emotionml: { type: 'application/emotionml+xml', ending: 'emotionml', write: written(emotionMl) },
} as const satisfies Record<string, ExportFormat>;

export const exported = (format: keyof typeof FORMATS): ExportFormat => FORMATS[format];

/** Hours of a conversation are tens of MB: they go out page by page, and none is read again that is text already. */
async function* writeJson({ session, pages }: WholeSession): AsyncGenerator<string> {
  yield `{"session":${JSON.stringify(session)},"events":[`;
  let isFirst = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield `${isFirst ? '' : ','}${page.join(',')}`;
    isFirst = false;
  }
  yield ']}';
}

/** What stands in the order of time, which is not that of the log, is made of all of it. */
function written(write: (events: readonly TypedEvent[]) => string): ExportFormat['write'] {
  return async function* ({ pages }) {
    const events: TypedEvent[] = [];
    for await (const page of pages) for (const json of page) events.push(JSON.parse(json) as TypedEvent);
    yield write(events);
  };
}
