import { mkdir } from 'node:fs/promises';
import { isMissing, replaceFile, systemFiles } from '../log-files';
import { join } from 'node:path';
import { z } from 'zod';
import type { TapPosition } from '../record-tap';

const FORMAT = 1;
const Kept = z.object({ format: z.literal(FORMAT), logId: z.string(), offset: z.number().int().min(0) });

/** How far one endpoint has come, as a small file replaced as a whole and durably. It may lag: then an alert comes twice, with one id. */
export class WebhookPlace {
  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  /** Undefined when there is none, or none that can be read: it goes on from now. */
  async read(): Promise<TapPosition | undefined> {
    let text: string;
    try {
      text = String(await systemFiles.readWhole(join(this.folder, this.file)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      const { logId, offset } = Kept.parse(JSON.parse(text));
      return { logId, offset };
    } catch {
      return undefined;
    }
  }

  async write({ logId, offset }: TapPosition): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const line = `${JSON.stringify({ format: FORMAT, logId, offset })}\n`;
    await replaceFile(systemFiles, this.folder, this.file, Buffer.from(line));
  }

  private get file(): string {
    return `${this.name}.place.json`;
  }
}
