import { parseArgs } from 'node:util';
import { closest } from '../config/closest';
import { misuse } from './refusal';

/** One option of a command. */
export interface OptionSpec {
  /** What stands behind the option in the help, as `DIR`; absent: it takes no value. */
  readonly value?: string;
  readonly purpose: string;
  /** The only values it takes. */
  readonly choices?: readonly string[];
}
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was given: text for options with a value, true for those without. */
export type OptionValues<S extends OptionSpecs> = {
  readonly [K in keyof S]?: S[K] extends { readonly value: string } ? string : boolean;
};

export interface ParsedArguments<S extends OptionSpecs> {
  readonly options: OptionValues<S>;
  readonly operands: readonly string[];
}

/** Throws a Refusal with exit status 2 that names what is wrong and how to see what is right. */
export function parseArguments<S extends OptionSpecs>(
  command: string,
  specs: S,
  args: readonly string[],
): ParsedArguments<S> {
  const see = `\`npm run rapport -- ${command} --help\` lists the options.`;
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const [name, { value }] of Object.entries(specs)) options[name] = { type: value ? 'string' : 'boolean' };
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const given: Record<string, string | boolean> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName } = token;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw misuse(`${command} has no option ${rawName}${nearest(name, specs)} ${see}`);
    if (spec.value === undefined) {
      if (token.value !== undefined) throw misuse(`${rawName} takes no value. ${see}`);
      given[name] = true;
      continue;
    }
    const value = token.value;
    // `--out --chat x`: the parser takes the next option for the value.
    if (value === undefined || value === '' || (!token.inlineValue && value.startsWith('--'))) {
      throw misuse(`${rawName} needs a value: ${rawName} ${spec.value}. ${see}`);
    }
    if (spec.choices !== undefined && !spec.choices.includes(value)) {
      throw misuse(`${rawName} ${value} is unknown: use ${oneOf(spec.choices)}. ${see}`);
    }
    given[name] = value;
  }
  return { options: given as OptionValues<S>, operands };
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}

/** `: did you mean --out?` when a name is near, else a full stop. */
function nearest(name: string, specs: OptionSpecs): string {
  const near = closest(name, Object.keys(specs));
  return near === undefined ? '.' : `: did you mean --${near}?`;
}
