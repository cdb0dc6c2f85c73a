import { afterFrame } from './after-frame';

let frames: (() => void)[];
const done: string[] = [];
const ask = (name: string): (() => void) => afterFrame(() => done.push(name));
function passFrame(): void {
  for (const frame of frames.splice(0)) frame();
  jest.runAllTimers();
}

beforeEach(() => {
  jest.useFakeTimers();
  [frames, done.length] = [[], 0];
  Object.assign(globalThis, { requestAnimationFrame: (frame: () => void) => frames.push(frame) });
});
afterEach(() => {
  jest.useRealTimers();
  Reflect.deleteProperty(globalThis, 'requestAnimationFrame');
});

it('one task runs behind each frame, in the order in which they were asked for', () => {
  ask('a');
  ask('b');
  expect(done).toEqual([]);
  passFrame();
  expect(done).toEqual(['a']);
  ask('c');
  passFrame();
  passFrame();
  expect(done).toEqual(['a', 'b', 'c']);
  expect(frames).toEqual([]);
});

it('what is left does not run, and asked for again it still has a frame of its own', () => {
  ask('a')();
  ask('b');
  ask('c');
  passFrame();
  expect(done).toEqual(['b']);
  passFrame();
  passFrame();
  expect(done).toEqual(['b', 'c']);
});

it('a task may ask for the next one', () => {
  afterFrame(() => ask('next'));
  passFrame();
  expect(done).toEqual([]);
  passFrame();
  expect(done).toEqual(['next']);
});
