import { basename } from 'node:path';
import { z } from 'zod';
import type { Cue } from '../../demo/sample-call';
import { Refusal } from '../refusal';

const Line = z.object({
  /** From the beginning of the recording. */
  ptsMs: z.number().min(0),
  party: z.enum(['customer', 'agent']),
  text: z.string().min(1).max(8192),
});

/** JSON Lines of `{"ptsMs": 22000, "party": "customer", "text": "..."}`, in the order of their time. Throws a Refusal. */
export function readChat(text: string, path: string): Cue[] {
  const cues: Cue[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fault = (what: string): Refusal =>
      new Refusal(
        `${basename(path)}, line ${index + 1}: ${what}. Each line is {"ptsMs": 22000, "party": "customer", "text": "..."}.`,
      );
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      throw fault('not JSON');
    }
    const parsed = Line.safeParse(json);
    if (!parsed.success) {
      const { path: where, message } = parsed.error.issues[0]!;
      throw fault(`${where.join('.') || 'the line'}: ${message}`);
    }
    cues.push({ kind: 'chat', ...parsed.data });
  }
  return cues.sort((a, b) => a.ptsMs - b.ptsMs);
}
