import { isAnyArrayBuffer } from 'node:util/types';
import {
  type BareItem,
  type InnerList,
  isInnerList,
  type Item,
  parseDictionary,
  serializeInnerList,
  serializeItem,
} from 'structured-headers';

/** The one file that knows structured-headers: `Signature-Input` and `Signature` are structured fields (RFC 9651). */

/** One covered component, as it stands in the signature base: `"@authority"`. */
export interface Component {
  readonly name: string;
  readonly written: string;
}

export interface SignatureFields {
  readonly label: string;
  readonly components: readonly Component[];
  readonly params: ReadonlyMap<string, string | number>;
  /** The value of `"@signature-params"`, written anew: padding of whoever signed does not get into it. */
  readonly written: string;
  readonly signature: Uint8Array;
}

/** Longer fields are not looked at. */
const MAX_FIELD_CHARACTERS = 4096;
const MAX_COMPONENTS = 16;

/**
 * The first signature of the two fields; a sentence that says what is wrong with them, which repeats nothing of them.
 * Components with parameters (`;sf`, `;bs`, `;req`) are refused: none of ours has any.
 */
export function parseSignatureFields(input: string, signature: string): SignatureFields | string {
  if (input.length > MAX_FIELD_CHARACTERS || signature.length > MAX_FIELD_CHARACTERS) return 'A field is too long.';
  try {
    const [first] = parseDictionary(input);
    if (first === undefined) return 'Signature-Input is empty.';
    const [label, list] = first;
    if (!isInnerList(list)) return 'Signature-Input is no inner list.';
    const bytes = bytesOf(parseDictionary(signature).get(label));
    if (bytes === undefined) return 'Signature has no bytes under the label of Signature-Input.';
    const components = componentsOf(list);
    if (components === undefined) return 'Signature-Input lists components that are not known.';
    const params = paramsOf(list);
    if (params === undefined) return 'Signature-Input has parameters that are neither text nor whole numbers.';
    return { label, components, params, written: serializeInnerList(list), signature: bytes };
  } catch {
    return 'Signature-Input or Signature is no structured field.';
  }
}

function componentsOf([items]: InnerList): Component[] | undefined {
  if (items.length > MAX_COMPONENTS) return undefined;
  const components: Component[] = [];
  for (const item of items) {
    const [name, params] = item;
    if (typeof name !== 'string' || params.size > 0) return undefined;
    if (components.some((other) => other.name === name)) return undefined;
    components.push({ name, written: serializeItem(item) });
  }
  return components;
}

function paramsOf([, params]: InnerList): Map<string, string | number> | undefined {
  const known = new Map<string, string | number>();
  for (const [key, value] of params) {
    if (typeof value !== 'string' && !isWhole(value)) return undefined;
    known.set(key, value);
  }
  return known;
}

const isWhole = (value: BareItem): value is number => typeof value === 'number' && Number.isInteger(value);

function bytesOf(item: Item | InnerList | undefined): Uint8Array | undefined {
  if (item === undefined || isInnerList(item)) return undefined;
  return isAnyArrayBuffer(item[0]) ? new Uint8Array(item[0]) : undefined;
}
