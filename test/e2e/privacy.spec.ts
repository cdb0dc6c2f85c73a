import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { play } from '../../src/demo/play';
import { sampleBeginning, sampleStills } from '../support/call';
import { expectWhole, type HeardSession } from '../support/heard-session';
import { openCall } from '../support/hold-call';
import { ServiceProcess } from '../support/service-process';

/** A whole run with everything logged: what may be where. */
describe('privacy', () => {
  let service: ServiceProcess;
  let heard: HeardSession;

  beforeAll(async () => {
    service = new ServiceProcess({ LOG_LEVEL: 'trace' });
    const call = sampleBeginning(14_000);
    const chat = [
      {
        kind: 'chat' as const,
        party: 'customer' as const,
        ptsMs: 3000,
        text: 'turquoise kettle, card 4111 1111 1111 1111',
      },
      { kind: 'chat' as const, party: 'agent' as const, ptsMs: 9000, text: 'write to zebra.finch@shop.example' },
    ];
    const cues = [...call.cues, ...chat].sort((a, b) => a.ptsMs - b.ptsMs);
    heard = await openCall(await service.door(), { ...call, cues }, 2, {
      session: { channel: 'video', language: 'en', customerId: 'customer-walrus-9', consent: { analysis: true } },
    });
    await play(heard.session, { ...call, cues }, 2);
    await heard.until(() => /lamp|ordered|arrived/i.test(wordsHeard(heard)));
    await heard.end();
    expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  }, 60_000);

  afterAll(() => service.remove());

  it('has the words in the results, so that this test means something', () => {
    expectWhole(heard, 'development');
    const text = wordsHeard(heard);
    expect(text).toMatch(/turquoise kettle, card \[card\]/);
    expect(text).toMatch(/write to \[email\]/);
    expect(text).toMatch(/lamp|ordered|arrived/i);
  });

  it('has no word of anybody in the log, nor their ids', () => {
    const log = service.stdout + service.stderr;
    expect(log.split('\n').length).toBeGreaterThan(10);
    const words = new Set(
      wordsHeard(heard)
        .toLowerCase()
        .match(/[a-z]{5,}/g),
    );
    // Words that the log would use of itself.
    for (const own of ['start', 'order', 'number', 'thank', 'there', 'today', 'email']) words.delete(own);
    expect(words.size).toBeGreaterThan(8);
    const found = [...words].filter((word) => new RegExp(`\\b${word}\\b`, 'i').test(log));
    expect(found).toEqual([]);
    expect(log).not.toMatch(/4111 ?1111|zebra|finch|walrus/i);
    expect(log).not.toContain(heard.windows.at(-1)!.label! + '"');
  });

  it('keeps what was masked nowhere on disk', () => {
    for (const { name, bytes } of filesOf(service.dataDir)) {
      for (const secret of ['4111 1111', '41111111', 'zebra.finch'])
        expect([name, bytes.includes(secret)]).toEqual([name, false]);
    }
  });

  it('keeps no sound and no picture: not as they came, nor in base64, nor in the log', () => {
    const [still] = sampleStills(1);
    const wav = readFileSync(join(__dirname, '../../sample/customer.wav'));
    // 60 ms of the customer's first sentence, and the middle of a picture.
    const pieces = [wav.subarray(44 + 8000 * 32, 44 + 8060 * 32), Buffer.from(still!).subarray(600, 900)];
    const places = [
      ...filesOf(service.dataDir),
      { name: 'stdout', bytes: Buffer.from(service.stdout) },
      { name: 'stderr', bytes: Buffer.from(service.stderr) },
    ];
    expect(places.length).toBeGreaterThan(2);
    for (const { name, bytes } of places) {
      const hits = pieces.flatMap((piece) => fingerprints(piece)).filter((print) => bytes.includes(print));
      expect([name, hits.length]).toEqual([name, 0]);
    }
    // The search finds what is there.
    expect(fingerprints(pieces[0]!).some((print) => wav.includes(print))).toBe(true);
  });
});

function wordsHeard(heard: HeardSession): string {
  return heard
    .all('rapport.transcript.final')
    .map(({ data }) => data.text)
    .join('\n');
}

/** Pieces of 24 bytes as they are, in base64 at each of its three alignments, and as JSON lists of bytes and samples. */
function fingerprints(piece: Buffer): Buffer[] {
  const prints: Buffer[] = [];
  for (let at = 0; at + 24 <= piece.length; at += 240) {
    const part = piece.subarray(at, at + 24);
    const samples = Array.from({ length: 8 }, (_, i) => part.readInt16LE(2 * i));
    prints.push(part, Buffer.from([...part.subarray(0, 8)].join(',')), Buffer.from(samples.join(',')));
    for (const shift of [0, 1, 2]) prints.push(Buffer.from(part.subarray(shift, shift + 21).toString('base64')));
  }
  return prints;
}

function filesOf(dir: string): { name: string; bytes: Buffer }[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, bytes: readFileSync(join(entry.parentPath ?? entry.path, entry.name)) }));
}
