import { inspectFolders, loadManifests } from '../models/runtime/model-folder';
import { WorkerPool } from '../models/runtime/worker-pool';
import { command } from './command';
import { EXIT, misuse, Refusal } from './refusal';
import { textTable } from './table';

/** A cosine as the table shows it: never rounded up to 1. */
const shownCosine = (cosine: number): string => (Math.floor(cosine * 1e5) / 1e5).toFixed(5);

export const modelsVerify = command(
  {
    name: 'models verify',
    usage: '',
    summary: 'Checks the checksum of every model file, then runs every model against its reference outputs.',
    notes: [
      'Exit status 1 with every model whose files are missing or changed; reference cases are then not run.',
      'Exit status 4 with one sentence when a model is absent, or this machine computes otherwise.',
    ],
    specs: {},
  },
  async (operands, _options, { config, stdout }) => {
    if (operands.length > 0)
      throw misuse(`models verify takes no "${operands[0]}": set RAPPORT_MODELS_DIR to name a folder.`);
    const { modelsDir, providers } = config();
    const folders = await inspectFolders(modelsDir);
    const bad = folders.filter(({ fault }) => fault !== undefined);
    if (bad.length > 0) {
      const found = folders.map(({ name, fault }) => [
        name,
        fault === undefined ? 'ok' : `${fault.message} (${fault.code})`,
      ]);
      stdout.write(`${textTable(['model', 'files'], found)}\n`);
      const which = bad.map(({ name }) => name).join(', ');
      throw new Refusal(`${bad.length} of ${folders.length} models in ${modelsDir} are not as published: ${which}.`);
    }
    const models = await loadManifests(modelsDir);
    const pool = await WorkerPool.start({ modelsDir, providers, workers: 1 });
    try {
      const rows = Object.values(models).map(({ manifest }) => {
        const specs = [...Object.values(manifest.graphs), ...Object.values(manifest.assets)];
        const megabytes = specs.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
        const test = pool.report.find(({ model }) => model === manifest.name)!;
        return [
          manifest.name,
          manifest.version,
          manifest.task,
          test.provider,
          `${megabytes.toFixed(1)} MB`,
          `${specs.length + 1} ok`,
          `${manifest.golden.cases.length} ok`,
          `${shownCosine(test.worstCosine)} (>= ${manifest.golden.minCosine})`,
        ];
      });
      const header = ['model', 'version', 'task', 'runs on', 'size', 'checksums', 'reference cases', 'least cosine'];
      stdout.write(`${textTable(header, rows, [4])}\n\nAll models in ${modelsDir} are as published.\n`);
      return EXIT.ok;
    } finally {
      await pool.close();
    }
  },
);
