import { type Schema, Type } from 'avsc';

/** The one file that knows avsc. */
export class AvroType {
  private readonly type: Type;

  /** @param schema as its JSON form has it */
  constructor(schema: unknown) {
    this.type = Type.forSchema(structuredClone(schema) as Schema);
  }

  /** Equal for schemas that mean the same: documentation and the order of keys do not count. */
  get canonical(): string {
    return JSON.stringify(this.type.schema());
  }

  encode(value: unknown): Buffer {
    return this.type.toBuffer(value);
  }

  /** Where a value does not fit, as a path; undefined when it fits. Never the value itself: it is somebody's. */
  misfit(value: unknown): string | undefined {
    let at: string | undefined;
    // A field that no schema has would be dropped without a word.
    this.type.isValid(value, { noUndeclaredFields: true, errorHook: (path) => (at ??= path.join('.') || 'the whole') });
    return at;
  }
}
