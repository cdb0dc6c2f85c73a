// The options that every load has, and what they mean.
import { DEFAULT_MIX } from './plan.mjs';

const number = (value) => ({ type: 'string', default: String(value) });

export const LOAD_OPTIONS = {
  /** A folder with wav files. */
  recordings: { type: 'string', default: 'sample' },
  language: { type: 'string', default: 'en' },
  seed: number(1),
  /** Shares of the sessions. */
  voice: number(DEFAULT_MIX.voice),
  chat: number(DEFAULT_MIX.chat),
  video: number(DEFAULT_MIX.video),
  /** Share of the time in which somebody speaks, and the customer's part of it. */
  talk: number(DEFAULT_MIX.talk),
  customer: number(DEFAULT_MIX.customer),
  'chunk-ms': number(DEFAULT_MIX.chunkMs),
  'ramp-s': number(5),
  'warm-up-s': number(20),
  'measure-s': number(40),
  models: { type: 'string', default: 'models' },
  workers: number(1),
  'service-cores': { type: 'string', default: '0' },
  'generator-core': number(1),
  /** A service that runs already; then none is started and no stage times are known. */
  url: { type: 'string' },
  'api-key': { type: 'string' },
};

export function loadOptions(values) {
  const share = (name) => {
    const value = Number(values[name]);
    if (!(value >= 0 && value <= 1)) throw new Error(`--${name} is a share from 0 to 1, not ${values[name]}`);
    return value;
  };
  const mix = { ...DEFAULT_MIX, chunkMs: Number(values['chunk-ms']) };
  for (const name of ['voice', 'chat', 'video', 'talk', 'customer']) mix[name] = share(name);
  if (mix.talk === 0) throw new Error('--talk 0: without speech leave out the voice, --voice 0');
  return {
    mix,
    folder: values.recordings,
    language: values.language,
    seed: Number(values.seed),
    rampMs: 1000 * Number(values['ramp-s']),
    warmUpMs: 1000 * Number(values['warm-up-s']),
    measureMs: 1000 * Number(values['measure-s']),
    modelsDir: values.models,
    workers: Number(values.workers),
    serviceCores: values['service-cores'],
    generatorCore: Number(values['generator-core']),
    url: values.url,
    apiKey: values['api-key'],
  };
}
