import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS } from '@rapport-live/protocol';
import { from, lastValueFrom, toArray } from 'rxjs';
import { encodeFacts } from '../models/encode/encode-facts';
import { RawText, Redactor } from '../redaction/redaction';
import { readNpz } from '../models/runtime/npz';
import { ScriptedPool } from '../models/scripted-pool';
import type { StreamFact } from '../facts/stream-fact';
import { assess } from './assess';
import { parseFusionCalibration } from './calibration';
import { parseIntentIndex } from './intent-index';

const models = join(__dirname, '../../models');
const json = (path: string): unknown => JSON.parse(readFileSync(join(models, path), 'utf8'));

describe('models and fusion together', () => {
  it('turn a short call into results that satisfy their schemas, and show no card', async () => {
    const facts: StreamFact[] = [];
    for (let s = 1; s <= 20; s++) {
      const speech = s <= 6 ? [{ startMs: (s - 1) * 1000, endMs: s * 1000 - 200 }] : [];
      const voice = {
        streamName: 'customer-voice-1',
        party: 'customer' as const,
        pcm: new Int16Array(16_000).fill(s),
        speech,
      };
      const still = {
        streamName: 'customer-video-1',
        party: 'customer' as const,
        ptsMs: s * 1000 - 500,
        still: Uint8Array.of(s),
      };
      facts.push({
        kind: 'hop',
        hopStartMs: (s - 1) * 1000,
        hopEndMs: s * 1000,
        voices: [voice],
        stills: s <= 4 ? [still] : [],
        releasedAtMs: 0,
      });
      if (s === 3) {
        const common = { kind: 'utterance', streamName: 'customer-voice-1', party: 'customer' } as const;
        facts.push({
          ...common,
          utteranceId: 'customer-voice-1-0',
          startMs: 0,
          endMs: 2800,
          speechMs: 2500,
          pcm: new Int16Array(44_800),
        });
        facts.push({
          kind: 'chat',
          messageId: 'm',
          party: 'customer',
          ptsMs: 2900,
          text: new RawText('4111 1111 1111 1111'),
        });
      }
    }
    facts.push({ kind: 'ended', durationMs: 20_000, dropped: {} });

    const pool = new ScriptedPool({ transcripts: ['my card is 4111-1111-1111-1111'] });
    const settled: StreamFact[] = [];
    const common = { pool, sessionId: 's' };
    const results = await lastValueFrom(
      from(facts).pipe(
        encodeFacts({
          ...common,
          redactor: new Redactor(),
          nowMs: () => 0,
          language: 'en',
          settle: (fact) => settled.push(fact),
        }),
        assess({
          ...common,
          calibration: parseFusionCalibration(json('fusion/model.json')),
          intents: parseIntentIndex(
            json('text-minilm/model.json'),
            readNpz(readFileSync(join(models, 'text-minilm/prototypes.npz'))),
          ),
          nowMs: () => 0,
        }),
        toArray(),
      ),
    );
    for (const { type, data } of results) EVENTS[type].data.parse(data);
    expect(new Set(settled)).toEqual(new Set(facts));
    expect(JSON.stringify(results)).not.toContain('1111');
    const count = (type: string): number => results.filter((result) => result.type === type).length;
    expect(count('rapport.transcript.final')).toBe(2);
    expect(count('rapport.window.assessed')).toBeGreaterThanOrEqual(5);
    expect(count('rapport.session.heartbeat')).toBe(1);
    expect(pool.submitted['voice-tokens']).toBe(5);
  });
});
