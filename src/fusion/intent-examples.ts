import { IntentName } from '@rapport-live/protocol';
import type { IntentOptions } from './intent-options';

/** Why something cannot become an intent; `code` is of the error list. */
export interface IntentFault {
  readonly code: 'intent_name' | 'intent_examples' | 'intent_limit';
  /** Names examples by number, never by their words. */
  readonly message: string;
}

/** An intent with its examples as they are kept. */
export interface NamedExamples {
  readonly name: string;
  readonly texts: readonly string[];
}

/** What stands in every tenant's way: names that mean something else. */
const RESERVED = 'out_of_scope';

export function nameFault(name: string, defaults: readonly string[]): IntentFault | undefined {
  const shown = JSON.stringify(name.slice(0, 64));
  if (!IntentName.safeParse(name).success) return { code: 'intent_name', message: `${shown} cannot name an intent.` };
  if (name !== RESERVED && !defaults.includes(name)) return undefined;
  return { code: 'intent_name', message: `${shown} is the name of a default intent or of what fits none.` };
}

/** Looks at redacted examples beside the other intents of the tenant; every fault of the examples in one message. */
export function examplesFault(
  { name, texts }: NamedExamples,
  others: readonly NamedExamples[],
  options: IntentOptions,
): IntentFault | undefined {
  const { maxIntents, minExamples, maxExamples, maxExampleCharacters } = options;
  if (others.length >= maxIntents) {
    return { code: 'intent_limit', message: `This tenant has ${others.length} custom intents, at most ${maxIntents}.` };
  }
  const fault = (message: string): IntentFault => ({ code: 'intent_examples', message });
  if (texts.length < minExamples) return fault(`${name} has ${texts.length} examples, needs ${minExamples}.`);
  if (texts.length > maxExamples) return fault(`${name} has ${texts.length} examples, may have ${maxExamples}.`);

  const told = others.flatMap((other) =>
    other.texts.map((text, i) => [wordsOf(text), `example ${i + 1} of ${other.name}`] as const),
  );
  const seen = new Map<string, string>(told);
  const faults = texts.flatMap((text, i) => {
    const number = `Example ${i + 1}`;
    if (text.trim() === '') return [`${number} is empty.`];
    if (text.length > maxExampleCharacters) {
      return [`${number} has ${text.length} characters, may have ${maxExampleCharacters}.`];
    }
    const words = wordsOf(text);
    if (words === '') return [`${number} has no words but masked ones.`];
    const same = seen.get(words);
    if (same !== undefined) return [`${number} says the same as ${same}.`];
    seen.set(words, `example ${i + 1}`);
    return [];
  });
  return faults.length === 0 ? undefined : fault(faults.join(' '));
}

/** What two examples are compared by: letters and digits, without case, accents of form, punctuation and masks. */
function wordsOf(text: string): string {
  const bare = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\[[a-z_]+\]/g, ' ');
  return (bare.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).join(' ');
}
