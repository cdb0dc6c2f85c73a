import { closeSync, openSync, writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { writeHeapSnapshot } from 'node:v8';
import { readConfig } from '../../src/config/config';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { createService, listen } from '../../src/service';

/** Where a dump goes: all strings and objects, and the bytes of all that holds bytes. */
export interface DumpOrder {
  readonly heapFile: string;
  readonly bytesFile: string;
}

/** Arrays this short live on V8's heap, without a buffer of their own. */
const MAX_ON_HEAP_BYTES = 64;

/**
 * The real service with scripted encoders, in a process of its own, that writes down all that can be reached in its memory.
 * It never hears what is looked for: whoever asked searches.
 */
async function main(): Promise<void> {
  const config = readConfig();
  const app = await createService(config, { pool: new ScriptedPool() });
  const port = await listen(app, config);
  process.on('message', ({ heapFile, bytesFile }: DumpOrder) => {
    writeBytes(bytesFile);
    writeHeapSnapshot(heapFile); // collects garbage first
    process.send!('dumped');
  });
  process.send!({ port });
}

/** Every live buffer and array, as `Runtime.queryObjects` finds them, which collects garbage first. */
function writeBytes(file: string): void {
  const out = openSync(file, 'w');
  const write = (bytes: Uint8Array): void => void (bytes.length > 0 && writeSync(out, bytes));
  const visit = (objects: readonly (ArrayBufferLike | ArrayBufferView)[]): void => {
    for (const one of objects) {
      if (!ArrayBuffer.isView(one)) write(new Uint8Array(one));
      else if (one.byteLength <= MAX_ON_HEAP_BYTES) write(new Uint8Array(one.buffer, one.byteOffset, one.byteLength));
    }
  };
  Object.assign(globalThis, { visitObjects: visit });
  const session = new Session();
  session.connect();
  const ask = (method: string, params: object): unknown => {
    let answer: unknown;
    session.post(method, params, (error, result) => {
      if (error !== null) throw error as unknown as Error;
      answer = result;
    });
    return answer;
  };
  const kinds = ['ArrayBuffer', 'SharedArrayBuffer', 'Object.getPrototypeOf(Uint8Array)'];
  for (const kind of kinds) {
    const { result } = ask('Runtime.evaluate', { expression: `${kind}.prototype` }) as { result: { objectId: string } };
    const { objects } = ask('Runtime.queryObjects', { prototypeObjectId: result.objectId }) as {
      objects: { objectId: string };
    };
    ask('Runtime.callFunctionOn', {
      functionDeclaration: 'function () { globalThis.visitObjects(this); }',
      objectId: objects.objectId,
    });
  }
  session.disconnect();
  closeSync(out);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
