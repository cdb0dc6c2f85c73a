// docs/sdk-reference.md from the doc comments of packages/client, as text.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import prettier from 'prettier';
import { Application } from 'typedoc';

/** The union of all error codes, which docs/protocol.md explains: it grows with every part of the service. */
const ALL_CODES = /(?:\\\|\s)?(?:`"[a-z0-9_]+"`\s*\\\|\s*){20,}`"[a-z0-9_]+"`/g;
/** A union of texts; the compiler gives it in the order in which it met them first, which a build of what has changed alone turns about. */
const TEXTS = /`"[^"`]+"`(?:\s*\\\|\s*`"[^"`]+"`)+/g;
const inOrder = (union) =>
  union
    .split(/\s*\\\|\s*/)
    .sort()
    .join(' \\| ');

export async function reference() {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-reference-'));
  try {
    const app = await Application.bootstrapWithPlugins({
      entryPoints: ['packages/client/src/index.ts'],
      tsconfig: 'packages/client/tsconfig.json',
      plugin: ['typedoc-plugin-markdown'],
      name: 'Reference of the client',
      readme: 'none',
      excludePrivate: true,
      excludeInternal: true,
      excludeExternals: true,
      disableSources: true,
      githubPages: false,
      logLevel: 'Error',
      skipErrorChecking: true,
      // of typedoc-plugin-markdown
      outputFileStrategy: 'modules',
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useCodeBlocks: true,
      entryFileName: 'reference.md',
      parametersFormat: 'table',
      interfacePropertiesFormat: 'table',
      classPropertiesFormat: 'table',
      typeDeclarationFormat: 'table',
      propertyMembersFormat: 'table',
      tableColumnSettings: { hideSources: true, hideInherited: true, hideModifiers: true, hideOverrides: true },
    });
    const project = await app.convert();
    if (project === undefined) throw new Error('TypeDoc could not read packages/client.');
    app.options.setValue('out', folder);
    await app.generateOutputs(project);
    const options = await prettier.resolveConfig('docs/sdk-reference.md');
    const text = readFileSync(join(folder, 'reference.md'), 'utf8');
    const short = text.replace(ALL_CODES, '[`ErrorCode`](protocol.md#errors)').replace(TEXTS, inOrder);
    return await prettier.format(short, { ...options, parser: 'markdown' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
