import type { FaceBox } from '../../inference/inference-pool';
import { customerBox, EMPTY_SCENE, FACE_TRACK_DEFAULTS as OPTIONS, nearestFace, seeFaces } from './face-tracker';

const box = (x: number, size = 0.2, y = 0.4): FaceBox => [x, y, size, size];

/** Stills half a second apart: the boxes of each; out come the ids of each and who the customer is. */
function watch(stills: readonly (readonly FaceBox[])[]) {
  let scene = EMPTY_SCENE;
  return stills.map((boxes, i) => {
    const seen = seeFaces(scene, i * 500, boxes, OPTIONS);
    scene = seen.scene;
    return { ids: seen.faceIds, customer: scene.customerId, scene };
  });
}
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

describe('seeFaces', () => {
  it('keeps the id of a face that moves and nods, in any order of the boxes', () => {
    const moving = watch(
      times(10, (i) => (i % 2 === 0 ? [box(0.1 + i * 0.05), box(0.7)] : [box(0.7), box(0.1 + i * 0.05)])),
    );
    expect(moving.map(({ ids }, i) => (i % 2 === 0 ? ids : [...ids].reverse()))).toEqual(times(10, () => ['1', '2']));
  });

  it('holds the customer against a passer-by who is larger for a moment', () => {
    const before = times(8, () => [box(0.2)]);
    const passing = times(4, (i) => [box(0.5 + i * 0.1, 0.45, 0.2), box(0.2)]);
    const all = watch([...before, ...passing, ...before]);
    expect(new Set(all.map(({ customer }) => customer))).toEqual(new Set(['1']));
    expect(all[8]!.ids).toEqual(['2', '1']);
  });

  it('corrects itself when the first and largest was the passer-by', () => {
    const all = watch([...times(2, () => [box(0.6, 0.4), box(0.2)]), ...times(8, () => [box(0.2)])]);
    expect([all[0]!.customer, all.at(-1)!.customer]).toEqual(['1', '2']);
  });

  it('waits for a customer who is hidden, and takes who stays when the customer has gone', () => {
    const all = watch([
      ...times(20, () => [box(0.1)]),
      ...times(7, () => [box(0.7)]), // 3.5 s of another face alone
      [box(0.1), box(0.7)],
      ...times(12, () => [box(0.7)]),
    ]);
    expect(new Set(all.slice(0, 28).map(({ customer }) => customer))).toEqual(new Set(['1']));
    expect(all.at(-1)!.customer).toBe('2');
    expect(customerBox(all[19]!.scene, 9500 + OPTIONS.faceGoneAfterMs, OPTIONS)).toEqual(box(0.1));
    expect(customerBox(all[19]!.scene, 9501 + OPTIONS.faceGoneAfterMs, OPTIONS)).toBeUndefined();
  });

  it('follows a bounded number of faces', () => {
    const crowd = watch(times(20, (i) => times(10, (n) => box(n * 0.1, 0.01, (i % 10) * 0.1))));
    expect(crowd.at(-1)!.scene.tracks.length).toBeLessThanOrEqual(OPTIONS.maxFaceTracks);
  });
});

it('nearestFace finds nobody where only others are', () => {
  expect(nearestFace(box(0.1), [box(0.7), box(0.12)])).toBe(1);
  expect(nearestFace(box(0.1), [box(0.7, 0.5)])).toBe(-1);
  expect(nearestFace(box(0.1), [])).toBe(-1);
});
