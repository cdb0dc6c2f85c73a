import { parentPort, workerData } from 'node:worker_threads';
import { readSome, type SharedRing } from './byte-ring';
import { CORE_PLACES } from './ffmpeg-arguments';
import { type CompiledModule, type Instance, webAssembly } from './webassembly';

export interface FfmpegCoreTask {
  /** The package's script, as `require` takes it. */
  readonly script: string;
  readonly module: CompiledModule;
  readonly args: readonly string[];
  readonly ring: SharedRing;
}

export type FromFfmpegCore =
  | { readonly type: 'stills'; readonly bytes: Uint8Array }
  | { readonly type: 'log'; readonly bytes: Uint8Array }
  /** The ring has room again. */
  | { readonly type: 'room' }
  | { readonly type: 'ended'; readonly status: number; readonly said: string };

/** What is used of Emscripten's module. */
interface Core {
  readonly FS: {
    makedev(major: number, minor: number): number;
    registerDevice(device: number, operations: Partial<Record<'open' | 'close' | 'read' | 'write', unknown>>): void;
    mkdev(path: string, mode: number, device: number): void;
  };
  setLogger(logger: (line: { message: string }) => void): void;
  exec(...args: string[]): number;
}

const MAX_SAID_CHARACTERS = 300;
const DEVICE_MAJOR = 64;

/** One exec and no more: the stack pointer is not restored between two, and at number 159 it dies. */
async function main({ script, module, args, ring }: FfmpegCoreTask): Promise<void> {
  // It asks where it was loaded from, as a script of a browser's worker.
  Object.assign(globalThis, { self: { location: { href: 'file:///' } } });
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the user's own package, found at run time
  const create = require(script) as (options: object) => Promise<Core>;
  const core = await create({
    instantiateWasm: (imports: object, done: (instance: Instance) => void) => {
      void webAssembly.instantiate(module, imports).then(done);
      return {};
    },
  });
  const open = (stream: { seekable: boolean }): void => {
    stream.seekable = false;
  };
  const read = (_stream: unknown, heap: Int8Array, offset: number, length: number): number => {
    const count = readSome(ring, heap, offset, length);
    say({ type: 'room' });
    return count;
  };
  const writer = (type: 'stills' | 'log') => (_stream: unknown, heap: Int8Array, offset: number, length: number) => {
    say({ type, bytes: Uint8Array.from(heap.subarray(offset, offset + length)) });
    return length;
  };
  const devices = [
    [CORE_PLACES.input, { open, read }],
    [CORE_PLACES.stills, { open, write: writer('stills') }],
    [CORE_PLACES.log, { open, write: writer('log') }],
  ] as const;
  devices.forEach(([path, operations], minor) => {
    const device = core.FS.makedev(DEVICE_MAJOR, minor);
    core.FS.registerDevice(device, operations);
    core.FS.mkdev(path, 0o666, device);
  });
  let said = '';
  core.setLogger(({ message }) => (said = `${said}${message}\n`.slice(-MAX_SAID_CHARACTERS)));
  const status = core.exec(...args);
  say({ type: 'ended', status, said });
}

function say(message: FromFfmpegCore): void {
  parentPort!.postMessage(message);
}

if (parentPort !== null) void main(workerData as FfmpegCoreTask);
