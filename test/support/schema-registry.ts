import { Type } from 'avsc';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Version {
  readonly id: number;
  readonly schema: string;
}

/**
 * Stands in for a schema registry: the calls of its REST interface that a producer and a reader need, with its rules
 * (equal schemas have one id; a subject with BACKWARD_TRANSITIVE refuses what cannot read every older version) and its
 * error bodies. No registry of others starts where the tests run.
 */
export class StandInRegistry {
  readonly subjects = new Map<string, Version[]>();
  readonly compatibility = new Map<string, string>();
  /** `METHOD PATH` of each request. */
  readonly requests: string[] = [];
  /** What it asks for, as `authorization`. */
  authorization: string | undefined;
  /** What it answers to a registration instead of the right id. */
  wrongId: number | undefined;
  /** Bytes that it adds to what it answers. */
  extraBytes = 0;
  private readonly schemas: string[] = [];
  private server: Server | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** On the port of before, when there was one. */
  async start(): Promise<this> {
    const server = createServer((request, response) => {
      void body(request).then((text) => {
        const { status, answer } = this.answer(request, text);
        response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json', connection: 'close' });
        response.end(`${JSON.stringify(answer)}${' '.repeat(this.extraBytes)}`);
      });
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  }

  /** As an earlier version of a producer would have left it. */
  keep(subject: string, schema: object): number {
    const text = JSON.stringify(schema);
    if (!this.schemas.includes(text)) this.schemas.push(text);
    const id = this.schemas.indexOf(text) + 1;
    const versions = this.subjects.get(subject) ?? [];
    if (!versions.some((version) => version.id === id)) versions.push({ id, schema: text });
    this.subjects.set(subject, versions);
    return id;
  }

  private answer(request: IncomingMessage, text: string): { status: number; answer: object } {
    const { method = '', url = '', headers } = request;
    this.requests.push(`${method} ${url}`);
    if (this.authorization !== undefined && headers.authorization !== this.authorization) {
      return { status: 401, answer: { error_code: 401, message: 'Unauthorized' } };
    }
    const [section, second, third] = url.slice(1).split('/').map(decodeURIComponent) as [string, string, string];
    if (method === 'PUT' && section === 'config') {
      this.compatibility.set(second, (JSON.parse(text) as { compatibility: string }).compatibility);
      return { status: 200, answer: JSON.parse(text) as object };
    }
    if (method === 'POST' && section === 'subjects' && third === 'versions') return this.register(second, text);
    if (method === 'GET' && section === 'schemas' && second === 'ids') {
      const schema = this.schemas[Number(third) - 1];
      if (schema !== undefined) return { status: 200, answer: { schema } };
      return { status: 404, answer: { error_code: 40403, message: 'Schema not found' } };
    }
    return { status: 404, answer: { error_code: 404, message: 'HTTP 404 Not Found' } };
  }

  private register(subject: string, text: string): { status: number; answer: object } {
    const schema = JSON.parse((JSON.parse(text) as { schema: string }).schema) as object;
    const isTransitive = this.compatibility.get(subject) === 'BACKWARD_TRANSITIVE';
    const older = isTransitive ? (this.subjects.get(subject) ?? []) : [];
    try {
      const reader = Type.forSchema(structuredClone(schema) as never);
      for (const version of older) reader.createResolver(Type.forSchema(JSON.parse(version.schema) as never));
    } catch (error) {
      const message = `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: ${String(error)}`;
      return { status: 409, answer: { error_code: 409, message } };
    }
    return { status: 200, answer: { id: this.wrongId ?? this.keep(subject, schema) } };
  }
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
