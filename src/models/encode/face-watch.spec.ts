import type { Face, FaceBox, InferencePool, JobInput } from '../../inference/inference-pool';
import { ENCODE_DEFAULTS } from './encode-options';
import { FaceWatch } from './face-watch';

/** Where somebody is in a still, by its first byte; features only of whom it was looked at for. */
type Picture = readonly FaceBox[];
const LEFT: FaceBox = [0.1, 0.2, 0.2, 0.3];
const RIGHT: FaceBox = [0.7, 0.2, 0.2, 0.3];
/** Half a face further: the same face for a tracker that saw it just before, no more after two such steps. */
const step = ([x, y, width, height]: FaceBox, steps: number): FaceBox => [x + steps * 0.09, y, width, height];

function poolOf(pictures: readonly Picture[]) {
  const asked: { still: number; customer: FaceBox | undefined }[] = [];
  const answers: (() => void)[] = [];
  const submit = (_kind: string, { still, customer }: JobInput<'face-tokens'>) => {
    asked.push({ still: still[0]!, customer });
    const boxes = pictures[still[0]!]!;
    const near = (box: FaceBox) => customer === undefined || Math.abs(box[0] - customer[0]) <= 0.12;
    const at = boxes.findIndex(near);
    const faces = boxes.map((box, i): Face => ({ score: 1, box, features: new Float32Array(i === at ? 2 : 0) }));
    return new Promise((resolve) => answers.push(() => resolve({ output: { faces }, waitMs: 5, modelMs: 10 })));
  };
  return { pool: { submit } as unknown as Pick<InferencePool, 'submit'>, asked, answers };
}

const still = (content: number, ptsMs: number) => ({
  streamName: 'camera',
  party: 'customer' as const,
  ptsMs,
  still: Uint8Array.of(content),
});
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Answers jobs as they come until the hop is done. */
const job = () => ({ sessionId: 's', jobClass: 'assessment' as const });

async function look(watch: FaceWatch, answers: (() => void)[], stills: ReturnType<typeof still>[]) {
  let done = false;
  const looked = watch.look(stills, job).finally(() => (done = true));
  while (!done) {
    await settle();
    for (const answer of answers.splice(0)) answer();
  }
  return looked;
}

it('the first stills are looked at one after the other, those of later hops together, and each is paid for once', async () => {
  const { pool, asked, answers } = poolOf([[LEFT], [LEFT], [LEFT], [LEFT]]);
  const watch = new FaceWatch(pool, ENCODE_DEFAULTS);
  const first = watch.look([still(0, 100), still(1, 600)], job);
  await settle();
  // nobody knows yet who the customer is: the second waits for what the first shows
  expect(asked).toEqual([{ still: 0, customer: undefined }]);
  answers.splice(0).forEach((answer) => answer());
  await settle();
  expect(asked[1]).toEqual({ still: 1, customer: LEFT });
  answers.splice(0).forEach((answer) => answer());
  expect((await first).cost).toEqual({ waitMs: 10, modelMs: 20 });
  const second = watch.look([still(2, 1100), still(3, 1600)], job);
  await settle();
  expect(asked.slice(2)).toEqual([
    { still: 2, customer: LEFT },
    { still: 3, customer: LEFT },
  ]);
  answers.splice(0).forEach((answer) => answer());
  const { seen, cost } = await second;
  expect(seen.map(({ ptsMs }) => ptsMs)).toEqual([1100, 1600]);
  expect(cost).toEqual({ waitMs: 5, modelMs: 10 });
});

it('a still in which the customer was not found where the hop began is looked at anew, by where the customer went', async () => {
  const moving: Picture[] = [[LEFT], [step(LEFT, 1)], [step(LEFT, 2), RIGHT]];
  const { pool, asked, answers } = poolOf(moving);
  const watch = new FaceWatch(pool, ENCODE_DEFAULTS);
  await look(watch, answers, [still(0, 500)]);
  const { seen } = await look(watch, answers, [still(1, 1100), still(2, 1600)]);
  expect(asked.map((job) => [job.still, job.customer?.[0]])).toEqual([
    [0, undefined],
    [1, LEFT[0]],
    [2, LEFT[0]],
    [2, step(LEFT, 1)[0]],
  ]);
  expect(seen.map(({ ptsMs, faceId }) => [ptsMs, faceId])).toEqual([
    [1100, 'camera-face-1'],
    [1600, 'camera-face-1'],
  ]);
});

it('a still twice in one hop is one job', async () => {
  const { pool, asked, answers } = poolOf([[LEFT], [LEFT]]);
  const watch = new FaceWatch(pool, ENCODE_DEFAULTS);
  await look(watch, answers, [still(0, 500)]);
  await look(watch, answers, [still(1, 1100), still(1, 1600)]);
  expect(asked.map((job) => job.still)).toEqual([0, 1]);
});
