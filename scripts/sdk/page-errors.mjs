// The list of errors as a page needs it: what comes over the socket, and what the SDK says itself. The others (of a process, of
// HTTP alone, of the consumer library) would be a tenth of what a page loads.
import { readdir, readFile } from 'node:fs/promises';
import ts from 'typescript';

const CLIENT = 'packages/client/src';

/** A plugin of esbuild. */
export const pageErrors = {
  name: 'errors of a page',
  setup({ onLoad }) {
    onLoad({ filter: /packages\/protocol\/src\/errors\.ts$/ }, async ({ path }) => ({
      contents: withoutOthers(await readFile(path, 'utf8'), await clientSources()),
      loader: 'ts',
    }));
  },
};

async function clientSources() {
  const files = await readdir(CLIENT, { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  return (await Promise.all(sources.map((file) => readFile(`${CLIENT}/${file}`, 'utf8')))).join('\n');
}

/** @param source of errors.ts @param client sources that may name codes */
export function withoutOthers(source, client) {
  const file = ts.createSourceFile('errors.ts', source, ts.ScriptTarget.Latest, true);
  const declaration = file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .find(({ name }) => name.getText() === 'ERRORS');
  let list = declaration.initializer;
  while (!ts.isObjectLiteralExpression(list)) list = list.expression;
  const others = list.properties.filter(({ name, initializer }) => {
    const fields = initializer.properties.map((field) => field.name.getText());
    const isOverSocket = fields.includes('close') || !fields.some((field) => /^(http|exit|client)$/.test(field));
    return !isOverSocket && !client.includes(`'${name.getText()}'`);
  });
  let kept = source;
  for (const { pos, end } of others.reverse()) {
    kept = kept.slice(0, pos) + kept.slice(kept[end] === ',' ? end + 1 : end);
  }
  return kept;
}
