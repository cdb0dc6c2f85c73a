// The report of API Extractor on packages/client, as text.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import extractor from '@microsoft/api-extractor';

const { Extractor, ExtractorConfig } = extractor;

export async function apiReport() {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-api-'));
  try {
    const projectFolder = resolve('packages/client');
    const silent = { default: { logLevel: 'none' } };
    const config = ExtractorConfig.prepare({
      configObjectFullPath: join(projectFolder, 'api-extractor.json'),
      packageJsonFullPath: join(projectFolder, 'package.json'),
      configObject: {
        projectFolder,
        mainEntryPointFilePath: join(projectFolder, 'dist/index.d.ts'),
        compiler: { tsconfigFilePath: join(projectFolder, 'tsconfig.json') },
        apiReport: {
          enabled: true,
          reportFileName: 'client.api.md',
          reportFolder: folder,
          reportTempFolder: join(folder, 'temp'),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        newlineKind: 'lf',
        messages: {
          compilerMessageReporting: silent,
          // What is used and not exported stands in the report.
          extractorMessageReporting: {
            ...silent,
            'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: true },
          },
          tsdocMessageReporting: silent,
        },
      },
    });
    Extractor.invoke(config, { localBuild: true, messageCallback: (message) => void (message.handled = true) });
    return readFileSync(join(folder, 'client.api.md'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
