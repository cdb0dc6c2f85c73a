import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Suspect } from './quarantine';

const FORMAT = 1;

const File = z.object({
  format: z.literal(FORMAT),
  suspects: z.array(
    z.object({
      kind: z.string().max(64),
      fingerprint: z.string().regex(/^[0-9a-f]{32}$/),
      crashes: z.number().int().min(1),
      lastAtMs: z.number(),
    }),
  ),
});

export const quarantinePath = (folder: string): string => join(folder, 'quarantine.json');

/** None when there is no file, or one that cannot be read: a list of bad jobs is no reason not to start. */
export async function readSuspects(folder: string): Promise<Suspect[]> {
  try {
    return File.parse(JSON.parse(await readFile(quarantinePath(folder), 'utf8'))).suspects;
  } catch {
    return [];
  }
}

/** Whole or not at all. */
export async function writeSuspects(folder: string, suspects: readonly Suspect[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = quarantinePath(folder);
  const made = `${path}.${randomUUID()}`;
  await writeFile(made, `${JSON.stringify({ format: FORMAT, suspects }, null, 2)}\n`);
  await rename(made, path);
}
