import { type AlertRulesFile, RapportError } from '@rapport-live/protocol';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { type LineOf, readRulesFile } from './read-rules';

/** Most bytes of a rules file. */
export const MAX_RULES_FILE_BYTES = 256 * 1024;
/** Aliases that one file may use: a few lines can otherwise stand for gigabytes. */
const MAX_ALIASES = 32;

/** Rules written as YAML 1.2, or as JSON, which is YAML too. Throws RapportError `alert_rules_invalid`. */
export function parseRulesText(text: string, name: string): AlertRulesFile {
  if (Buffer.byteLength(text) > MAX_RULES_FILE_BYTES) {
    throw new RapportError('alert_rules_invalid', `${name} has more than ${MAX_RULES_FILE_BYTES} bytes.`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: true, lineCounter: lines });
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
  return readRulesFile(value, name, lineOfIn(document, lines));
}

/** The line of a key or item, or of the innermost one there is on the way to it; 1 is the first. */
function lineOfIn(document: Document.Parsed, lines: LineCounter): LineOf {
  return (path) => {
    let line = 1;
    let node: unknown = document.contents;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      let next: unknown;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
        [next, node] = [pair?.key, pair?.value];
      } else if (isSeq(node)) {
        node = next = node.items[Number(step)];
      }
      const [offset] = (next as { readonly range?: readonly number[] } | undefined)?.range ?? [];
      if (offset === undefined) break;
      ({ line } = lines.linePos(offset));
    }
    return line;
  };
}
