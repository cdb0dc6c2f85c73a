import { decodeRecord, isIntact, jsonAt, type LogRecord } from './record-line';

const DATA = Buffer.from(',"data":');
const EVENT = Buffer.from(',"event":');
/** Behind the data end the event and the record. */
const END = '}}';
const BRACE = END.charCodeAt(0);

/** A record that knows the line it is written in: its data goes on to Kafka as the bytes that it is. */
export class LineRecord implements LogRecord {
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #to: number;

  /** The line: from `from` to before `to`, its line feed, in `bytes`. */
  constructor(
    readonly offset: number,
    readonly seq: number,
    readonly topic: string,
    readonly key: string,
    readonly event: LogRecord['event'],
    bytes: Buffer,
    from: number,
    to: number,
  ) {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  get eventJson(): string | undefined {
    const at = this.#bytes.indexOf(EVENT, jsonAt(this.#from));
    // quotes within the strings before it are escaped
    return at < 0 || at >= this.#to ? undefined : this.#bytes.toString('utf8', at + EVENT.length, this.#to - 1);
  }

  /** A copy: a part of what was read of the log at once would keep all of it in memory. */
  get dataJson(): Buffer | undefined {
    const at = dataAt(this.#bytes, this.#from, this.#to);
    if (at === undefined) return undefined;
    const end = this.#to - END.length;
    const copy = Buffer.allocUnsafe(end - at);
    this.#bytes.copy(copy, 0, at, end);
    return copy;
  }
}

/**
 * As `decodeRecord`, but the data of the event stays the bytes that it is until somebody looks at it: most readers of the
 * whole log do not, and the sink sends it on as it is (`dataJson`). `toCloudEvent` writes data last, and nothing before it
 * can hold `,"data":`, since quotes within strings are escaped.
 */
export function decodeLazily(bytes: Buffer, from = 0, to = bytes.length): LogRecord | null {
  if (!isIntact(bytes, from, to)) return null;
  const at = dataAt(bytes, from, to);
  if (at === undefined) return decodeRecord(bytes, from, to);
  const head = JSON.parse(bytes.toString('utf8', jsonAt(from), at - DATA.length) + END) as LogRecord;
  let data: unknown;
  const event = {
    ...head.event,
    get data(): unknown {
      return (data ??= JSON.parse(bytes.toString('utf8', at, to - END.length)));
    },
  };
  return new LineRecord(head.offset, head.seq, head.topic, head.key, event, bytes, from, to);
}

/** Where the data of the event begins in a line; undefined: it has none. */
function dataAt(bytes: Buffer, from: number, to: number): number | undefined {
  if (bytes[to - 1] !== BRACE || bytes[to - 2] !== BRACE) return undefined;
  const at = bytes.indexOf(DATA, jsonAt(from));
  return at < 0 || at >= to ? undefined : at + DATA.length;
}
