import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OutboxOptions, outboxOptions } from '../../../src/delivery/delivery-options';
import { Outbox } from '../../../src/delivery/outbox';
import type { OutboxParts } from '../../../src/delivery/outbox-parts';
import type { SessionIdentity, SessionResult } from '../../../src/delivery/session-result';

/** The nth result of a session: small, its natural key is n. */
export function result(n: number, note = ''): SessionResult {
  return {
    type: 'rapport.session.updated',
    naturalKey: ['gap', n],
    data: { kind: 'gap', mediaMs: n, detail: { note } },
  };
}

export function degraded(n: number): SessionResult {
  return {
    type: 'rapport.window.degraded',
    naturalKey: [n],
    data: { firstWindowEndMs: n, lastWindowEndMs: n, reason: 'deadline' },
  };
}

/** Only its type matters here. */
export function ended(): SessionResult {
  return { type: 'rapport.session.ended', naturalKey: ['ended'], data: {} } as unknown as SessionResult;
}

export function session(n: number, tenant = 'acme'): SessionIdentity {
  return { tenant, sessionId: `01890a5d-ac96-774b-8cce-${String(n).padStart(12, '0')}` };
}

const folders: string[] = [];

/** A new folder, removed after the test file. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'rapport-outbox-'));
  folders.push(made);
  return made;
}

export function removeFolders(): void {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
}

export function openOutbox(
  dir: string,
  options: Partial<OutboxOptions> = {},
  parts: Partial<OutboxParts> = {},
): Promise<Outbox> {
  return Outbox.open(outboxOptions({ groupCommitMs: 0, ...options, dir }), parts);
}

/** Everything in the log now. */
export async function readAll(outbox: Outbox, from = 0) {
  const records = [];
  for await (const record of outbox.read(from)) records.push(record);
  return records;
}
