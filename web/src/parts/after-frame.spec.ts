import { afterFrame } from './after-frame';

let frames: (() => void)[];
const done: string[] = [];
const ask = (name: string): (() => void) => afterFrame(() => done.push(name));
const pass = (): void => jest.advanceTimersByTime(1);
function passFrame(): void {
  for (const frame of frames.splice(0)) frame();
  pass();
}

beforeEach(() => {
  jest.useFakeTimers();
  [frames, done.length] = [[], 0];
  Object.assign(globalThis, { requestAnimationFrame: (frame: () => void) => frames.push(frame) });
});
afterEach(() => {
  passFrame();
  jest.useRealTimers();
  Reflect.deleteProperty(globalThis, 'requestAnimationFrame');
});

it('the first runs at once, in a task of its own, and one more behind each frame, in the order in which they were asked for', () => {
  ask('a');
  ask('b');
  expect(done).toEqual([]);
  pass();
  expect([done, frames.length]).toEqual([['a'], 1]);
  ask('c');
  pass();
  expect(done).toEqual(['a']);
  passFrame();
  passFrame();
  expect(done).toEqual(['a', 'b', 'c']);
  passFrame();
  expect(frames).toEqual([]);
});

it('no frame is asked for before there is something to draw', () => {
  ask('a');
  expect(frames).toEqual([]);
  pass();
  passFrame();
  ask('b');
  expect(frames).toEqual([]);
  pass();
  expect([done, frames.length]).toEqual([['a', 'b'], 1]);
});

it('what is left does not run, and the next does in its place', () => {
  ask('a')();
  ask('b');
  ask('c');
  pass();
  expect(done).toEqual(['b']);
  passFrame();
  expect(done).toEqual(['b', 'c']);
});

it('a task may ask for the next one', () => {
  afterFrame(() => ask('next'));
  pass();
  expect(done).toEqual([]);
  passFrame();
  expect(done).toEqual(['next']);
});
