import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudEvent } from '@rapport-live/protocol';
import { isMissing, replaceFile, systemFiles } from '../log-files';
import { Turns } from '../../facts/turns';

const SUFFIX = '.dead.jsonl';
const LINE_FEED = 0x0a;

/** Where webhooks keep their places and dead letters. */
export const webhookFolder = (dataDir: string): string => join(dataDir, 'webhooks');

/** An alert that an endpoint did not take, as a line of its file. */
export interface DeadLetter {
  readonly at: string;
  readonly why: string;
  readonly event: CloudEvent;
}

/**
 * Alerts that nobody took: a file for each endpoint, also for those that are gone from the settings. Written and erased one
 * after the other, so that none comes into a file while it is being replaced.
 */
export class DeadLetters {
  private readonly turns = new Turns();

  constructor(private readonly folder: string) {}

  /** Where the file of this endpoint has no room for it within `maxBytes`, it is left out. */
  add(endpoint: string, letter: DeadLetter, maxBytes: number): Promise<void> {
    return this.turns.take(async () => {
      const path = join(this.folder, `${endpoint}${SUFFIX}`);
      const size = (await systemFiles.look(path))?.size ?? 0;
      const line = Buffer.from(`${(await isTorn(path, size)) ? '\n' : ''}${JSON.stringify(letter)}\n`);
      if (size + line.length > maxBytes) return;
      await mkdir(this.folder, { recursive: true });
      await appendFile(path, line);
    });
  }

  /** Nothing of these sessions stands in any of the files when it resolves. Rejects as the disk does; may be done again. */
  forget(tenant: string, sessionIds: readonly string[]): Promise<void> {
    return this.turns.take(async () => {
      for (const name of await this.files()) {
        const lines = String(await systemFiles.readWhole(join(this.folder, name))).split('\n');
        const kept = lines.filter((line) => !isOf(line, tenant, sessionIds));
        if (kept.length === lines.length) continue;
        await replaceFile(systemFiles, this.folder, name, Buffer.from(kept.join('\n')));
      }
    });
  }

  private async files(): Promise<string[]> {
    try {
      return (await systemFiles.list(this.folder)).filter((name) => name.endsWith(SUFFIX));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }
}

/** Whether a full disk left its last line torn: what comes behind it is not to be lost with it. */
async function isTorn(path: string, size: number): Promise<boolean> {
  if (size === 0) return false;
  const file = await systemFiles.open(path, 'read');
  try {
    const last = Buffer.alloc(1);
    await file.read(last, size - 1);
    return last[0] !== LINE_FEED;
  } finally {
    await file.close();
  }
}

/** A line that a full disk left torn says of no tenant whose it is, and is of no use to anybody. */
function isOf(line: string, tenant: string, sessionIds: readonly string[]): boolean {
  if (!sessionIds.some((id) => line.includes(id))) return false;
  try {
    const { event } = JSON.parse(line) as DeadLetter;
    return event.tenant === tenant && sessionIds.includes(event.subject);
  } catch {
    return true;
  }
}
