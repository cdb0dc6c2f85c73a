import { parentPort, workerData } from 'node:worker_threads';
import { giveWay, NOBODY_WAITS } from '../../../models/runtime/thread-priority';
import { LibsqlFile } from './libsql-file';
import type { FromLibsql, LibsqlSettings, ToLibsql } from './libsql-messages';

giveWay(NOBODY_WAITS);
const port = parentPort!;
const say = (message: FromLibsql): void => port.postMessage(message);
const told = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let file: LibsqlFile | undefined;
try {
  file = new LibsqlFile((workerData as LibsqlSettings).path);
  say({ id: 0 });
} catch (error) {
  say({ id: 0, error: told(error) });
}

const answer = (asked: ToLibsql): void => {
  try {
    if (asked.type === 'all') return say({ id: asked.id, rows: file!.all(asked.sql, asked.values) });
    if (asked.type === 'transaction') file!.transaction(asked.statements);
    else file!.close();
    say({ id: asked.id });
  } catch (error) {
    say({ id: asked.id, error: told(error) });
  }
};
// who listens keeps the thread: where the file could not be opened there is nothing to wait for
if (file !== undefined) port.on('message', answer);
