import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Content {
  readonly content?: Readonly<Record<string, unknown>>;
}
interface Operation {
  readonly operationId: string;
  readonly description?: string;
  readonly security: readonly object[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** docs/openapi.json as a stranger reads it: schemas are checked by a validator of others. */
export class OpenApi {
  readonly document: OpenApiDocument;
  private readonly ajv = addFormats(new Ajv2020({ strict: false }));

  constructor(path = join(__dirname, '../../docs/openapi.json')) {
    this.document = JSON.parse(readFileSync(path, 'utf8')) as OpenApiDocument;
    this.ajv.addSchema(this.document, 'document');
  }

  /** By `GET /v1/intents/{name}`. */
  get operations(): Map<string, Operation> {
    return new Map(
      Object.entries(this.document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const),
      ),
    );
  }

  /** What is wrong with an answer to an operation; undefined when it is as documented. */
  faults(name: string, status: number, contentType: string | null, text: string): string | undefined {
    const response = this.operations.get(name)?.responses[status];
    if (response === undefined) return `${name} is not documented to answer ${status}`;
    const types = Object.keys(response.content ?? {});
    if (types.length === 0) return text === '' ? undefined : 'a body where none is documented';
    const type = types.find((one) => contentType?.split(';')[0] === one);
    if (type === undefined) return `${contentType} instead of ${types.join()}`;
    return type === 'application/json' ? this.misfit(name, `responses/${status}`, JSON.parse(text)) : undefined;
  }

  /** What is wrong with a JSON body, to or from an operation: `requestBody` or `responses/STATUS`. */
  misfit(name: string, part: string, value: unknown): string | undefined {
    const [method = '', path = ''] = name.split(' ');
    const pointer = ['paths', path, method.toLowerCase(), ...part.split('/'), 'content', 'application/json', 'schema'];
    const validate = this.ajv.getSchema(`document#/${pointer.map(escaped).join('/')}`);
    if (validate === undefined) return `there is no schema at ${pointer.join(' ')}`;
    return validate(value) === true ? undefined : this.ajv.errorsText(validate.errors);
  }
}

/** RFC 6901, within the fragment of a URI. */
const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
