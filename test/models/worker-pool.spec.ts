import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { JobClass, JobInput, JobKind } from '../../src/inference/inference-pool';
import { WorkerPool } from '../../src/models/runtime/worker-pool';
import type { PoolEvent } from '../../src/models/runtime/worker-pool-options';
import { MODELS_DIR } from './models-dir';
import { SPEECH } from './sound-fixture';

/** The real models in real threads. Workers are compiled code: `npm test` builds it first. */
const WORKER = join(__dirname, '..', '..', 'dist', 'models', 'runtime', 'worker.js');
const CRASH = 'end this worker';

const options = (jobClass: JobClass, sessionId = 'session') => ({ sessionId, jobClass });
const freshState = () => ({ recurrent: new Float32Array(256), context: new Float32Array(64) });
const floatsOf = (pcm: Int16Array) => Float32Array.from(pcm, (sample) => sample / 32_768);
const second = (from: number, to: number) => SPEECH.pcm.slice(from * 16_000, to * 16_000);

it('is built', () => {
  expect({ file: 'dist/models/runtime/worker.js', exists: existsSync(WORKER) }).toEqual({
    file: 'dist/models/runtime/worker.js',
    exists: true,
  });
});

describe('WorkerPool with the models of the repository', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.start({ modelsDir: MODELS_DIR, workers: 2 });
  }, 30_000);
  afterAll(() => pool.close());
  const run = async <K extends JobKind>(kind: K, input: JobInput<K>) =>
    (await pool.submit(kind, input, options('assessment'))).output;

  it('computes the golden outputs', () => {
    expect(pool.report.map(({ model }) => model)).toEqual(pool.models.map(({ name }) => name));
    for (const { worstCosine, provider } of pool.report) {
      expect(worstCosine).toBeGreaterThan(0.99);
      expect(provider).toBe('cpu');
    }
    expect(pool.liveWorkers).toBe(2);
  });

  it('hears where speech is, the same in one job as in two with the state between', async () => {
    const samples = floatsOf(SPEECH.pcm.slice(0, 512 * 40));
    const whole = await run('voice-activity', { samples, state: freshState() });
    const first = await run('voice-activity', { samples: samples.slice(0, 512 * 15), state: freshState() });
    const rest = await run('voice-activity', { samples: samples.slice(512 * 15), state: first.state });
    const joined = [...first.probabilities, ...rest.probabilities];
    joined.forEach((probability, i) => expect(probability).toBeCloseTo(whole.probabilities[i]!, 5));
    const silence = await run('voice-activity', { samples: new Float32Array(512 * 10), state: freshState() });
    expect(Math.max(...silence.probabilities)).toBeLessThan(0.2);
    expect(Math.max(...whole.probabilities)).toBeGreaterThan(0.9);
  });

  it('writes down the fixture word for word', async () => {
    const { text, meanProbability, truncated } = await run('transcript', { pcm: SPEECH.pcm, language: 'en' });
    expect(text).toBe(SPEECH.text);
    expect(meanProbability).toBeGreaterThan(0.8);
    expect(truncated).toBe(false);
  });

  it('writes nothing down for silence', async () => {
    expect(await run('transcript', { pcm: new Int16Array(32_000) })).toMatchObject({ text: '' });
  });

  it('gives a voice token for each 200 ms', async () => {
    const { tokens, width, tokenMs } = await run('voice-tokens', { pcm: second(1, 4) });
    expect([tokens.length / width, width, tokenMs]).toEqual([15, 2048, 200]);
    expect(tokens.every(Number.isFinite)).toBe(true);
  });

  it('gives text tokens, and near embeddings for near meanings', async () => {
    const embed = async (text: string) => (await run('text-tokens', { text })).embedding;
    const [a, b, c] = await Promise.all(['where is my parcel', 'track my package', 'delete my account'].map(embed));
    const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
    expect(dot(a!, a!)).toBeCloseTo(1, 4);
    expect(dot(a!, b!)).toBeGreaterThan(dot(a!, c!) + 0.2);
    expect((await run('text-tokens', { text: 'lost '.repeat(500) })).tokens).toHaveLength(64 * 384);
  });

  it('finds no face in noise, and refuses what is no picture', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
    const still = sharp({ create: { width: 320, height: 240, channels: 3, background: '#888888', noise } });
    expect(await run('face-tokens', { still: new Uint8Array(await still.jpeg().toBuffer()) })).toEqual({ faces: [] });
    expect(await run('face-tokens', { still: Uint8Array.of(1, 2, 3) })).toEqual({ faces: [], refused: 'not_a_still' });
  });

  it('finds a drawn face where it is and looks at its expression', async () => {
    const { faces } = await run('face-tokens', { still: await drawnFace() });
    expect(faces).toHaveLength(1);
    const [x, y, width, height] = faces[0]!.box;
    expect(x + width / 2).toBeCloseTo(0.3, 1);
    expect(y + height / 2).toBeCloseTo(0.6, 1);
    expect(faces[0]!.features).toHaveLength(256);
  });

  it('scores each subset alone as it does in the batch', async () => {
    const { tokens: voice } = await run('voice-tokens', { pcm: second(1, 4) });
    const { tokens: text } = await run('text-tokens', { text: 'I am furious' });
    const both = await run('fusion', { voice, text, subsets: [['voice', 'text'], ['voice'], ['text']] });
    const alone = await run('fusion', { text, subsets: [['text']] });
    expect([both.logits.length, both.labels.length, both.embedding.length]).toEqual([21, 7, 128]);
    alone.logits.forEach((logit, i) => expect(both.logits[14 + i]).toBeCloseTo(logit, 3));
    expect(both.labels[alone.logits.indexOf(Math.max(...alone.logits))]).toBe('anger');
  });

  it('rejects a bad job and harms no other', async () => {
    const bad = pool.submit('fusion', { voice: new Float32Array(5), subsets: [['voice']] }, options('assessment'));
    const good = pool.submit('text-tokens', { text: 'hello' }, options('assessment'));
    await expect(bad).rejects.toMatchObject({ code: 'inference_failed' });
    await expect(run('voice-tokens', { pcm: new Int16Array(100) })).rejects.toMatchObject({ code: 'inference_failed' });
    expect((await good).output.width).toBe(384);
    expect(pool.liveWorkers).toBe(2);
  });

  it('takes of a view into something larger what it shows, and leaves every input as it was', async () => {
    const ring = new Int16Array(64_000);
    ring.set(second(1, 3));
    const part = run('voice-tokens', { pcm: ring.subarray(0, 32_000) });
    ring.fill(0);
    const own = second(1, 3);
    const whole = run('voice-tokens', { pcm: own });
    expect((await part).tokens).toEqual((await whole).tokens);
    expect(own).toEqual(second(1, 3));
  });

  it('keeps every promise under a load of all kinds and sessions', async () => {
    const jobs = Array.from({ length: 60 }, (_, i) => {
      const session = `session ${i % 7}`;
      if (i % 3 === 0) return pool.submit('text-tokens', { text: `order ${i}` }, options('final', session));
      if (i % 3 === 1) return pool.submit('voice-tokens', { pcm: second(1, 2) }, options('assessment', session));
      const samples = floatsOf(second(1, 2)).slice(0, 512 * 8);
      return pool.submit('voice-activity', { samples, state: freshState() }, options('voice-activity', session));
    });
    for (const { waitMs, modelMs } of await Promise.all(jobs)) {
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(modelMs).toBeGreaterThan(0);
    }
    expect([pool.queuedJobs, pool.queuedBytes]).toEqual([0, 0]);
  });
});

describe('WorkerPool with one worker', () => {
  let pool: WorkerPool;
  const events: PoolEvent[] = [];
  beforeAll(async () => {
    pool = await WorkerPool.start({
      modelsDir: MODELS_DIR,
      workers: 1,
      maxQueuedJobs: 20,
      restartLimit: 4,
      crashOnText: CRASH,
      onEvent: (event) => events.push(event),
    });
  }, 30_000);
  afterAll(() => pool.close());

  it('lets urgent jobs overtake a transcript between its steps', async () => {
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    const final = pool.submit('transcript', { pcm: SPEECH.pcm }, options('final'));
    const partial = pool.submit('transcript', { pcm: second(0, 3) }, options('partial'));
    void final.then(note('final'));
    void partial.then(note('partial'));
    for (let i = 0; i < 3; i++) {
      const samples = new Float32Array(512);
      await pool.submit('voice-activity', { samples, state: freshState() }, options('voice-activity', 'other'));
      note(`urgent ${i}`)();
    }
    const [{ waitMs }] = await Promise.all([final, partial]);
    expect(order).toEqual(['urgent 0', 'urgent 1', 'urgent 2', 'final', 'partial']);
    expect(waitMs).toBeGreaterThan(0);
  });

  it('refuses what passes its bounds, partials first', async () => {
    const submit = (jobClass: JobClass) => pool.submit('text-tokens', { text: 'hello' }, options(jobClass));
    const partials = Array.from({ length: 20 }, () => submit('partial'));
    const refused = submit('partial');
    const final = submit('final');
    await expect(refused).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: expect.any(Number) });
    await expect(partials[19]).rejects.toMatchObject({ code: 'overloaded' });
    await expect(final).resolves.toBeDefined();
    await Promise.all(partials.slice(0, 19));
  });

  it('drops what could not begin in time while its only worker is busy, and does the rest', async () => {
    const order: string[] = [];
    const submit = (startWithinMs: number) =>
      pool.submit('text-tokens', { text: 'hello' }, { ...options('partial'), startWithinMs });
    const busy = pool.submit('transcript', { pcm: SPEECH.pcm, language: 'en' }, options('final'));
    const [late, patient] = [submit(5), submit(60_000)];
    void busy.then(() => order.push('busy'));
    late.catch(() => order.push('late'));
    await expect(submit(0)).rejects.toMatchObject({ code: 'deadline_passed' });
    await expect(late).rejects.toMatchObject({
      code: 'deadline_passed',
      message: expect.stringContaining('not begun'),
    });
    expect((await busy).output.text).toBe(SPEECH.text);
    expect((await patient).output.width).toBe(384);
    expect(order).toEqual(['late', 'busy']);
    expect([pool.queuedJobs, pool.queuedBytes]).toEqual([0, 0]);
  });

  // A job that waited when consent was withdrawn was run all the same, and its sound kept until then.
  it('drops what waits of a session that gives its jobs up, begun or not, and nothing of another', async () => {
    const worked: string[] = [];
    const submit = (name: string, sessionId: string, jobClass: JobClass = 'final') => {
      const job = pool.submit('transcript', { pcm: second(0, 11), language: 'en' }, options(jobClass, sessionId));
      void job.then(
        () => worked.push(name),
        () => {},
      );
      return job;
    };
    const begun = submit('begun', 'withdrawn', 'partial');
    // More urgent, in the same worker: what has begun makes room.
    const urgent = pool.submit('text-tokens', { text: 'hello' }, options('assessment', 'other'));
    const [first, second_, third] = [submit('1', 'withdrawn'), submit('2', 'other'), submit('3', 'withdrawn')];
    await urgent;
    pool.drop('withdrawn');
    for (const job of [begun, first, third]) await expect(job).rejects.toMatchObject({ code: 'inference_failed' });
    expect((await second_!).output.text).toBe(SPEECH.text);
    expect(worked).toEqual(['2']);
    expect([pool.queuedJobs, pool.queuedBytes]).toEqual([0, 0]);
  }, 30_000);

  it('replaces a worker that ends, tries its job once more, and loses no other', async () => {
    const parked = pool.submit('transcript', { pcm: second(0, 11), language: 'en' }, options('partial'));
    const fatal = pool.submit('text-tokens', { text: CRASH }, options('assessment'));
    const waiting = pool.submit('text-tokens', { text: 'hello' }, options('assessment'));
    await expect(fatal).rejects.toMatchObject({ code: 'inference_failed' });
    expect((await waiting).output.width).toBe(384);
    expect((await parked).output.text).toBe(SPEECH.text);
    expect(events.map((event) => event.type)).toEqual([
      'worker-ended',
      'worker-replaced',
      'worker-ended',
      'worker-replaced',
    ]);
    expect(events[0]).toMatchObject({ runningKinds: ['text-tokens', 'text-tokens'], replaced: true });
  }, 30_000);

  it('stops replacing beyond the limit, and then says so to every job', async () => {
    const submit = (text: string) => pool.submit('text-tokens', { text }, options('assessment'));
    await expect(submit(CRASH)).rejects.toMatchObject({ code: 'inference_failed' });
    const [fatal, after] = [submit(CRASH), submit('hello')];
    await expect(fatal).rejects.toMatchObject({ code: 'inference_failed' });
    await expect(after).rejects.toMatchObject({ code: 'inference_failed' });
    await expect(submit('hello')).rejects.toMatchObject({ message: 'no inference worker is left' });
    expect(pool.liveWorkers).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: 'worker-ended', replaced: false });
  }, 30_000);
});

describe('WorkerPool.close', () => {
  it('ends the threads, rejects what is left and takes nothing more', async () => {
    const pool = await WorkerPool.start({ modelsDir: MODELS_DIR, workers: 1 });
    const submit = () => pool.submit('transcript', { pcm: SPEECH.pcm }, options('final'));
    const left = [submit(), submit()].map((job) => expect(job).rejects.toMatchObject({ code: 'inference_failed' }));
    await pool.close();
    await Promise.all(left);
    await expect(submit()).rejects.toMatchObject({ message: 'the inference pool is closed' });
    expect(pool.liveWorkers).toBe(0);
  }, 30_000);
});

/** A cartoon head in the left part of a picture: enough for the detector, and no person. */
async function drawnFace(): Promise<Uint8Array> {
  const disc = (cx: number, cy: number, rx: number, ry: number, colour: string) =>
    `<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="rgb(${colour})"/>`;
  const head = [
    disc(64, 60, 34, 46, '70,45,30'),
    disc(64, 68, 30, 40, '224,172,140'),
    ...[51, 77].flatMap((x) => [
      disc(x, 60, 6, 3, '250,250,250'),
      disc(x, 60, 3, 3, '40,25,20'),
      disc(x, 53, 8, 1.6, '60,40,30'),
    ]),
    disc(64, 72, 3.5, 8, '200,145,115'),
    disc(64, 79, 5, 2, '150,95,80'),
    disc(64, 89, 11, 3.5, '165,70,70'),
  ].join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="384"><rect width="640" height="384" fill="rgb(120,120,120)"/>
    <g transform="translate(0 0) scale(3)">${head}</g></svg>`;
  return new Uint8Array(await sharp(Buffer.from(svg)).blur(2).jpeg().toBuffer());
}
