/** What of `chan_websocket`'s notifications concerns us; the others are about sound that we do not send, or digits. */
export interface MediaStart {
  readonly event: 'MEDIA_START';
  /** `ulaw`, `slin16`, ... */
  readonly format: string;
  /** Of the channel where it is told (JSON), else of the connection. */
  readonly id: string | undefined;
}

export type ControlMessage = MediaStart | { readonly event: 'other' };

type Fields = Readonly<Record<string, unknown>>;

/**
 * A text message of Asterisk's `chan_websocket`, in either of its formats (docs.asterisk.org, "WebSocket", and
 * `control_message_format` of chan_websocket.conf): plain text, `MEDIA_START connection_id:ID channel:NAME format:ulaw`, or
 * JSON, `{"event": "MEDIA_START", ...}`. Undefined: neither.
 */
export function parseControl(text: string): ControlMessage | undefined {
  const fields = text.startsWith('{') ? jsonFields(text) : plainFields(text);
  if (fields === undefined || typeof fields.event !== 'string') return undefined;
  if (fields.event !== 'MEDIA_START') return { event: 'other' };
  const id = [fields.channel_id, fields.connection_id].find((one) => typeof one === 'string' && one !== '');
  return { event: 'MEDIA_START', format: String(fields.format ?? ''), id: id as string | undefined };
}

function jsonFields(text: string): Fields | undefined {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return undefined;
  }
}

/** A name in capitals, then `name:value`, of which only the value may hold colons. */
function plainFields(text: string): Fields | undefined {
  const [event = '', ...words] = text.trim().split(/\s+/);
  if (!/^[A-Z_]{1,64}$/.test(event)) return undefined;
  const pairs = words.map((word) => {
    const colon = word.indexOf(':');
    return colon < 0 ? [word, ''] : [word.slice(0, colon), word.slice(colon + 1)];
  });
  return { ...(Object.fromEntries(pairs) as Fields), event };
}
