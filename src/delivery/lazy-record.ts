import { checkedJson, decodeRecord, type LogRecord } from './record-line';

const DATA = Buffer.from(',"data":');
/** Behind the data end the event and the record. */
const END = '}}';

/**
 * As `decodeRecord`, but the data of the event stays the bytes that it is until somebody looks at it: most readers of the
 * whole log do not, and the sink sends it on as it is (`dataJson`). `toCloudEvent` writes data last, and nothing before it
 * can hold `,"data":`, since quotes within strings are escaped.
 */
export function decodeLazily(line: Buffer): LogRecord | null {
  const json = checkedJson(line);
  if (json === null) return null;
  const found = dataIn(json);
  if (found === undefined) return decodeRecord(line);
  const { at, dataJson } = found;
  const head = JSON.parse(json.toString('utf8', 0, at) + END) as LogRecord;
  let data: unknown;
  const event = {
    ...head.event,
    get data(): unknown {
      return (data ??= JSON.parse(dataJson.toString('utf8')));
    },
  };
  return Object.defineProperty({ ...head, event }, 'dataJson', { value: dataJson });
}

/** The data of the event in the JSON of a record, or in its line without the line feed, and where it begins to be named. */
export function dataIn(json: Buffer): { readonly at: number; readonly dataJson: Buffer } | undefined {
  const at = json.indexOf(DATA);
  if (at < 0 || json.toString('latin1', json.length - END.length) !== END) return undefined;
  return { at, dataJson: json.subarray(at + DATA.length, json.length - END.length) };
}
