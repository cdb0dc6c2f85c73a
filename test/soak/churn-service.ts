import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config/config';
import { CONVERSATION_HOST, type ConversationHost } from '../../src/pipeline/conversation-host';
import { createService, listen } from '../../src/service';
import { CheapPool } from './cheap-pool';
import { heldBytes } from './memory';

export interface Level {
  /** Resident set of the process, the median of several looks; bytes. */
  readonly rssBytes: number;
  /** Heap and typed arrays after garbage collection. */
  readonly heldBytes: number;
  /** Conversations ever opened, and those of them that are still in memory. */
  readonly opened: number;
  readonly alive: number;
  readonly live: number;
}

const LOOKS = 5;
/** Of sessions that are over, these stay for a client that missed the end; `churn.spec.ts` knows the number. */
const MAX_ENDED = 10;

/** The real service with encoders that cost nothing, in a process of its own, that says how much it holds when asked. */
async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-churn-'));
  const config = { ...readConfig(), dataDir };
  const app = await createService(config, { pool: new CheapPool(), gateway: { maxEndedSessions: MAX_ENDED } });
  const port = await listen(app, config);
  const host = app.get<ConversationHost>(CONVERSATION_HOST);
  const opened: WeakRef<object>[] = [];
  const open = host.open.bind(host);
  host.open = (...args) => {
    const conversation = open(...args);
    opened.push(new WeakRef(conversation));
    return conversation;
  };

  async function level(): Promise<Level> {
    const looks: number[] = [];
    let held = 0;
    for (let look = 0; look < LOOKS; look += 1) {
      held = await heldBytes();
      looks.push(process.memoryUsage.rss());
    }
    return {
      rssBytes: looks.sort((a, b) => a - b)[LOOKS >> 1]!,
      heldBytes: held,
      opened: opened.length,
      alive: opened.filter((ref) => ref.deref() !== undefined).length,
      live: host.liveCount,
    };
  }

  process.on('message', (order: 'level' | 'stop') => {
    if (order === 'level') return void level().then((now) => process.send!(now));
    void app.close().then(() => {
      rmSync(dataDir, { recursive: true, force: true });
      process.disconnect();
    });
  });
  process.send!({ port });
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
