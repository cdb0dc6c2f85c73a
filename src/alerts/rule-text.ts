import { type AlertRulesFile, RapportError } from '@rapport-live/protocol';
import { parseDocument } from 'yaml';
import { readRulesFile } from './read-rules';

/** Most bytes of a rules file. */
export const MAX_RULES_FILE_BYTES = 256 * 1024;
/** Aliases that one file may use: a few lines can otherwise stand for gigabytes. */
const MAX_ALIASES = 32;

/** Rules written as YAML 1.2, or as JSON, which is YAML too. Throws RapportError `alert_rules_invalid`. */
export function parseRulesText(text: string, name: string): AlertRulesFile {
  if (Buffer.byteLength(text) > MAX_RULES_FILE_BYTES) {
    throw new RapportError('alert_rules_invalid', `${name} has more than ${MAX_RULES_FILE_BYTES} bytes.`);
  }
  const document = parseDocument(text, { prettyErrors: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const [where] = fault.linePos ?? [];
    const place = where === undefined ? '' : ` at line ${where.line}, column ${where.col}`;
    throw new RapportError('alert_rules_invalid', `${name} is no YAML${place} (${fault.code}).`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw new RapportError('alert_rules_invalid', `${name} uses more than ${MAX_ALIASES} aliases.`, { cause });
  }
  return readRulesFile(value, name);
}
