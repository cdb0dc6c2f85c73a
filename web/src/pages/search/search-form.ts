/** What can be searched for: the fields of the form, in the page's address and in the query to the service alike. Pure. */

export const FIELDS = [
  'q',
  'like',
  'emotion',
  'minConfidence',
  'intent',
  'channel',
  'language',
  'team',
  'queue',
  'agentId',
  'customerId',
  'from',
  'to',
] as const;
export type Field = (typeof FIELDS)[number];
export type Asked = Readonly<Partial<Record<Field, string>>>;

/**
 * UTF-16 units of a query that travel; the service takes 500 and says so. More would not fit into an address of 16 KiB, and
 * then nobody could say what was wrong with it.
 */
export const MAX_SENT_LENGTH = 1000;

/** What stands in an address; fields that are none of the form's are passed over. */
export function readAsked(query: ReadonlyMap<string, string>): Asked {
  const asked: Partial<Record<Field, string>> = {};
  for (const field of FIELDS) {
    const value = query.get(field)?.trim();
    if (value !== undefined && value !== '') asked[field] = value;
  }
  return asked;
}

/** Narrows to nothing: there is nothing to ask the service for. */
export const isEmpty = (asked: Asked): boolean => FIELDS.every((field) => (asked[field] ?? '') === '');

/** Moments are found by words or by a moment that they are to be like; without either, conversations are listed. */
export const findsMoments = ({ q, like }: Asked): boolean => (q ?? like ?? '') !== '';

export interface PathOptions {
  readonly cursor?: string | undefined;
  /** Minutes that local time is behind UTC, as `Date.getTimezoneOffset` gives them. Default 0. */
  readonly zone?: number;
  /** What is sent along is a recording. */
  readonly byVoice?: boolean;
}

/** Moments that a search by a recording brings: there is no second page of them. */
const VOICE_LIMIT = '50';

/** The path to ask the service by. */
export function pathOf(asked: Asked, { cursor, zone = 0, byVoice = false }: PathOptions = {}): string {
  const query = new URLSearchParams();
  for (const field of FIELDS) {
    const value = asked[field]?.trim() ?? '';
    if (value === '' || (field === 'minConfidence' && asked.emotion === undefined)) continue;
    query.set(field, sent(field, value, zone));
  }
  if (cursor !== undefined) query.set('cursor', cursor);
  if (byVoice) query.set('limit', VOICE_LIMIT);
  const text = query.toString();
  const path = byVoice ? '/v1/search/voice' : findsMoments(asked) ? '/v1/search' : '/v1/sessions';
  return `${path}${text === '' ? '' : `?${text}`}`;
}

function sent(field: Field, value: string, zone: number): string {
  if (field === 'q') return value.slice(0, MAX_SENT_LENGTH);
  return field === 'from' || field === 'to' ? withZone(value, zone) : value;
}

/** `2026-03-02T10:00` of an input as RFC 3339 with its offset; anything else as it is, for the service to say what it lacks. */
function withZone(value: string, zone: number): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value)) return value;
  const [sign, minutes] = [zone > 0 ? '-' : '+', Math.abs(zone)];
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${value}:00${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
