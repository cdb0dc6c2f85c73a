import type { EvalOptions } from '../main';
import { keep } from '../report/figures';
import { faceRobustness } from './robust-faces';
import { textRobustness } from './robust-texts';
import { voiceRobustness } from './robust-voices';

const COMMAND = 'npm run eval -- robustness';

/** What noise, lines, cameras and typing fingers cost each stream, beside the same items as they are. */
export async function evaluateRobustness(options: EvalOptions): Promise<void> {
  keep(options.outDir, 'robustness-face', await faceRobustness(options), COMMAND);
  keep(options.outDir, 'robustness-text', await textRobustness(options), COMMAND);
  keep(options.outDir, 'robustness-voice', await voiceRobustness(options), COMMAND);
}
