import type { JsonSchema } from '@rapport-live/protocol';
import { html, Markup } from '../../html/html';
import type { ApiDocuments } from './api-documents';
import { DOCS_STYLE } from './docs-style';
import { type Field, fieldsOf } from './schema-fields';

/** Of either kind, as far as the page reads it. */
interface ApiDocument {
  readonly openapi?: string;
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly channels?: Readonly<Record<string, { readonly address: string; readonly title?: string }>>;
  readonly operations?: Readonly<Record<string, ChannelOperation>>;
  readonly components: {
    readonly schemas?: Readonly<Record<string, JsonSchema>>;
    readonly messages?: Readonly<Record<string, Message>>;
  };
}
interface Content {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly { readonly name: string; readonly description: string; readonly schema: JsonSchema }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface ChannelOperation {
  readonly action: 'send' | 'receive';
  readonly channel: { readonly $ref: string };
  readonly messages: readonly { readonly $ref: string }[];
}
interface Message {
  readonly name: string;
  readonly summary?: string;
  readonly contentType: string;
  readonly payload: JsonSchema;
}

/** All documents as one page that needs nothing else and runs nothing: it stands under the strictest policy. */
export function docsPage(documents: ApiDocuments): string {
  const all = [...documents].map(([file, document]) => ({ file, document: document as ApiDocument }));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Rapport · interfaces</title>
        <style>
          ${new Markup(DOCS_STYLE)}
        </style>
      </head>
      <body>
        <h1>Interfaces of this service</h1>
        <ul>
          ${all.map(
            ({ file, document: { info } }) =>
              html`<li><a href="#${file}">${info.title}</a>, ${info.version}: <a href="docs/${file}">${file}</a></li>`,
          )}
        </ul>
        ${all.map(({ file, document }) => section(file, document))}
      </body>
    </html>`;
  return `${page.text.trim()}\n`;
}

function section(file: string, document: ApiDocument): Markup {
  const { info, paths, channels, operations = {}, components } = document;
  return html`<section id="${file}">
    <h2>${info.title}${document.openapi === undefined ? ': messages' : ': HTTP'}</h2>
    <p>${info.description}</p>
    ${Object.entries(paths ?? {}).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => endpoint(file, `${method.toUpperCase()} ${path}`, one)),
    )}
    ${Object.entries(channels ?? {}).map(
      ([name, { address, title }]) =>
        html`<h3><code>${address}</code> ${title}</h3>
          ${Object.values(operations)
            .filter(({ channel }) => channel.$ref === `#/channels/${name}`)
            .map((one) => messages(file, one, document))}`,
    )}
    ${
      components.schemas !== undefined &&
      html`<h3>Shapes with a name</h3>
        ${Object.entries(components.schemas).map(
          ([name, schema]) =>
            html`<details id="${file}-${name}">
              <summary><code>${name}</code></summary>
              ${table(file, schema)}
            </details>`,
        )}`
    }
  </section>`;
}

function endpoint(
  file: string,
  name: string,
  { summary, description, parameters, requestBody, responses }: Operation,
): Markup {
  return html`<details>
    <summary><code>${name}</code> ${summary} ${description}</summary>
    ${parameters.map(
      (one) => html`<p><code>${one.name}</code> ${one.description} ${types(file, fieldsOf(one.schema)[0]!)}</p>`,
    )}
    ${requestBody !== undefined && html`<h4>Body</h4>`} ${requestBody !== undefined && bodies(file, requestBody)}
    ${Object.entries(responses).map(
      ([status, one]) =>
        html`<h4>${status}</h4>
          <p>${one.description}</p>
          ${Number(status) < 400 && bodies(file, one)}`,
    )}
  </details>`;
}

const bodies = (file: string, { content = {} }: Content): Markup[] =>
  Object.entries(content).map(
    ([type, { schema }]) =>
      html`<p>${type}</p>
        ${table(file, schema)}`,
  );

function messages(file: string, { action, messages: refs }: ChannelOperation, { components }: ApiDocument): Markup {
  const names = refs.map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1));
  return html`<h4>${action === 'receive' ? 'To the service' : 'From the service'}</h4>
    ${names.map((name) => {
      const message = components.messages?.[name];
      return (
        message !== undefined &&
        html`<details>
          <summary><code>${name}</code> ${message.summary}</summary>
          <p>${message.contentType}</p>
          ${table(file, message.payload)}
        </details>`
      );
    })}`;
}

function table(file: string, schema: JsonSchema): Markup {
  return html`<table>
    <tbody>
      ${fieldsOf(schema).map(
        (field) =>
          html`<tr>
            <th scope="row"><code>${field.path}</code></th>
            <td>${types(file, field)}</td>
            <td>${field.required ? '' : 'optional'}</td>
            <td>${field.description}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function types(file: string, { type, refs }: Field): Markup {
  return html`${type} ${refs.map((name) => html`<a href="#${file}-${name}">${name}</a> `)}`;
}
