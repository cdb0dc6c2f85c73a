import { readSpeech } from '../corpora/speech';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { calibrationError } from '../metrics/calibration';
import { type Figure, figure, plain } from '../report/figures';
import { clean, type Distortion, lossy, noisy, telephone } from '../signal/distortions';
import { opus, opusMissing } from '../signal/opus-channel';
import { capped, classesOf } from './voice';
import { toldOf, uar } from './voice-figures';
import { hearFolds } from './voice-folds';

/** Of each speaker and emotion of RAVDESS: 280 clips. */
const CLIPS_EACH = 2;

const CONDITIONS: Readonly<Record<string, Distortion>> = {
  'as recorded': clean,
  'telephone band, mu-law at 8 kHz': telephone,
  'white noise at 20 dB': noisy(20),
  'white noise at 10 dB': noisy(10),
  'white noise at 5 dB': noisy(5),
  '5 % of packets lost': lossy(0.05),
};
const OPUS: Readonly<Record<string, Distortion>> = { 'Opus at 8 kb/s': opus(8_000) };

/** RAVDESS, speakers that the models of their fold never heard. Opus is left out where ffmpeg cannot encode it. */
export async function voiceRobustness(options: EvalOptions): Promise<Figure[]> {
  const clips = capped(readSpeech(options.dataDir, 'ravdess'), options.smoke ? 1 : CLIPS_EACH);
  const missing = await opusMissing();
  if (missing !== undefined)
    console.error(`robustness, voice: no rows of Opus, since it cannot be encoded: ${missing}`);
  const wanted = Object.entries({ ...CONDITIONS, ...(missing === undefined ? OPUS : {}) });
  const heard = await hearFolds(
    'robustness, voice',
    options,
    wanted.map(([name, distort]) => ({ name, distort, clips })),
  );
  const classes = classesOf(clips);
  return [...heard].flatMap(([condition, own]) => {
    return [
      figure(
        `${condition}: RAVDESS, UAR, 7 emotions`,
        bootstrap(
          own,
          (some) => uar(some, classes),
          ({ clip }) => clip.speaker,
        ),
        'share',
      ),
      plain(`${condition}: expected calibration error`, calibrationError(toldOf(own)), 'share'),
      plain(
        `${condition}: enough speech to be assessed`,
        own.filter(({ present }) => present).length / own.length,
        'share',
      ),
      plain(`${condition}: clips`, own.length, 'count'),
    ];
  });
}
