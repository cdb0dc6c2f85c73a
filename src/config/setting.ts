import { z } from 'zod';

/** One environment variable: what it may be, what it is without it, and what it is for. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  readonly schema: T;
  /** As the docs show it; empty: nothing by default. */
  readonly shownDefault: string;
  /** One line, in the docs' table and in `npm run rapport -- config`. */
  readonly purpose: string;
  /** Never shown whole: a list of pairs of this form, of which VALUE or KEY is masked; or nothing of it is shown. */
  readonly secret?: 'TENANT:KEY' | 'NAME=VALUE' | 'VALUE';
}

/** An empty variable counts as unset, as Compose files write it. */
export const optional = (value: unknown): unknown => (value === '' ? undefined : value);
const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};
export const integer = (min: number, max: number, fallback: number) =>
  z.preprocess(optional, whole(min, max).default(fallback));
export const optionalInteger = (min: number, max: number) => z.preprocess(optional, whole(min, max).optional());
export const text = (fallback: string) => z.preprocess(optional, z.string().default(fallback));
export const choice = <const T extends readonly [string, ...string[]]>(names: T, fallback: T[number]) =>
  z.preprocess(optional, z.enum(names).default(fallback as never));
/** The parts between commas, trimmed, without the empty ones. */
export const list = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
