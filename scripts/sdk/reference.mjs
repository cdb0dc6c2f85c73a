// docs/sdk-reference.md from the doc comments of packages/client, as text.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import prettier from 'prettier';
import { Application } from 'typedoc';

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
    return await prettier.format(readFileSync(join(folder, 'reference.md'), 'utf8'), {
      ...options,
      parser: 'markdown',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
