import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import { type FusionCalibration, parseFusionCalibration } from '../fusion/calibration';
import { type IntentIndex, parseIntentIndex } from '../fusion/intent-index';
import { Manifest } from '../models/runtime/manifest';
import { readNpz } from '../models/runtime/npz';

export const FUSION_ASSETS = Symbol('FusionAssets');

/** What fusion needs to read the networks' outputs; the checksums were verified when the pool started. */
export interface FusionAssets {
  readonly calibration: FusionCalibration;
  readonly intents: IntentIndex;
  /** Name, version and weights of the text encoder: embeddings of another one cannot be compared with its. */
  readonly textEncoder: string;
}

/** Rejects with RapportError `model_missing` or `model_corrupt`. */
export async function loadFusionAssets(modelsDir: string): Promise<FusionAssets> {
  const fusion = await manifestOf(modelsDir, 'fusion');
  const text = await manifestOf(modelsDir, 'text');
  const prototypes = text.manifest.assets.prototypes;
  if (prototypes === undefined) throw new RapportError('model_corrupt', `${text.folder} names no asset "prototypes".`);
  try {
    const arrays = readNpz(await readFile(join(text.folder, prototypes.file)));
    return {
      calibration: parseFusionCalibration(fusion.json),
      intents: parseIntentIndex(text.json, arrays),
      textEncoder: identityOf(text.manifest),
    };
  } catch (cause) {
    throw new RapportError('model_corrupt', `${fusion.folder} or ${text.folder} does not fit this version.`, { cause });
  }
}

function identityOf({ name, version, graphs, assets }: Manifest): string {
  const files = Object.values({ ...graphs, tokenizer: assets.tokenizer }).map((file) => file?.sha256.slice(0, 16));
  return [`${name} ${version}`, ...files].join(' ');
}

interface ReadManifest {
  readonly folder: string;
  readonly manifest: Manifest;
  /** The file as it stands: the models' own schema keeps only what the models need. */
  readonly json: unknown;
}

async function manifestOf(modelsDir: string, task: Manifest['task']): Promise<ReadManifest> {
  const entries = await readdir(modelsDir, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((e) => e.isDirectory())) {
    const folder = join(modelsDir, entry.name);
    const text = await readFile(join(folder, 'model.json'), 'utf8').catch(() => '{}');
    const json: unknown = JSON.parse(text);
    const parsed = Manifest.safeParse(json);
    if (parsed.success && parsed.data.task === task) return { folder, manifest: parsed.data, json };
  }
  throw new RapportError('model_missing', `${modelsDir} has no model for ${task}.`);
}
