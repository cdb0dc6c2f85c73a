import { systemClock } from './session-clock';
import { SessionStreams } from './session-streams';
import { streamOptions } from './stream-options';
import { EnergyPool } from './testing/energy-pool';
import { AGENT, SessionScript, VIDEO, VOICE, join, silence, speech, still } from './testing/session-script';

describe('time (rule 1)', () => {
  it('releases a hop when the slowest active stream is past its end by the lateness', async () => {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    await s.live(1, speech(900), 0);
    s.send(2, speech(1400), 0);
    await s.jobs();
    expect(s.hops).toHaveLength(0);
    await s.live(1, speech(380, 1), 900);
    expect(s.hops).toHaveLength(0);
    await s.live(1, speech(20, 2), 1280);
    expect(s.hops).toHaveLength(1);
    expect(s.hops[0]).toMatchObject({ hopStartMs: 0, hopEndMs: 1000, releasedAtMs: s.clock.nowMs() });
    s.streams.dispose();
  });

  it('waits a second for a stream that starts late, then goes on without it, and takes it in at its own time', async () => {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    await s.live(1, speech(980), 0);
    expect(s.hops).toHaveLength(0);
    await s.live(1, speech(3020), 980);
    expect(s.hops).toHaveLength(3);
    s.send(2, speech(100), 3900);
    await s.live(1, speech(980), 4000);
    expect(s.hops).toHaveLength(3); // the agent holds the watermark now
    await s.advance(1000);
    const agent = s.hops.find((hop) => hop.hopEndMs === 4000)!.voices[1]!;
    expect(agent.pcm.subarray(0, 900 * 16).every((x) => x === 0)).toBe(true);
    expect(agent.pcm.subarray(900 * 16)).toEqual(speech(100));
    expect(s.gaps).toHaveLength(0);
    s.streams.dispose();
  });

  it('does not take a stream without credit for idle', async () => {
    const s = new SessionScript({ settle: false, options: { maxInFlightHops: 1, maxInFlightUtterances: 100 } });
    for (let at = 0; at < 10_000; at += 1000) {
      expect(s.send(1, speech(1000), at)).toEqual({ ok: true });
      await s.jobs();
    }
    expect(s.send(1, speech(1000), 10_000)).toMatchObject({ ok: false, code: 'credit_exceeded' });
    expect(s.credits).toHaveLength(0);
    await s.advance(60_000);
    expect(s.hops).toHaveLength(1);
    for (let settled = 0; settled < s.hops.length; settled += 1) s.streams.settle(s.hops[settled]!);
    // What the watermark has passed; the sender, who had to wait until now, gets the whole idle limit to answer.
    expect(s.hops.map((hop) => hop.releasedAtMs)).toEqual(new Array(9).fill(5000));
    expect(s.credits.at(-1)!.limitBytes).toBeGreaterThan(320_000);
    await s.advance(999);
    expect(s.hops).toHaveLength(9);
    await s.advance(1);
    for (let settled = 9; settled < s.hops.length; settled += 1) s.streams.settle(s.hops[settled]!);
    // Idle now: the silent minute has passed, and its empty hops are skipped.
    expect(s.hops[9]).toMatchObject({ hopEndMs: 10_000, releasedAtMs: 66_000 });
    expect(s.gaps.at(-1)).toMatchObject({ detail: { reason: 'no_media', fromMs: 10_000, toMs: 59_000 } });
    s.streams.dispose();
  });

  it('follows the clock with every stream idle, with one timer and no copies', async () => {
    const s = new SessionScript({ streams: [VOICE, VIDEO] });
    await s.advance(1000);
    expect(s.hops).toHaveLength(0);
    await s.advance(10_000 + 300 - 1000);
    expect(s.hops.map((hop) => hop.hopEndMs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => n * 1000));
    expect(s.hops[4]!.releasedAtMs).toBeCloseTo(5000 + 5300);
    expect(s.clock.pendingTimers).toBe(1);
    expect(s.hops[0]!.voices[0]!.pcm).toBe(s.hops[9]!.voices[0]!.pcm);
    s.streams.dispose();
  });

  it('a recording that halts on its way was taken for silence at its pace, and what followed was late', async () => {
    const s = new SessionScript({ pace: 20, streams: [VOICE, AGENT] });
    for (const id of [1, 2]) s.send(id, speech(3000), 0);
    await s.jobs();
    await s.advance(200); // what was left of a batch is scored
    await s.advance(19_800); // 400 s by the session clock
    expect(s.hops.map((hop) => hop.hopEndMs)).toEqual([1000, 2000, 3000]);
    expect(s.clock.pendingTimers).toBe(0);
    for (const id of [1, 2]) s.send(id, speech(2000), 3000);
    await s.advance(100);
    expect(await s.end()).toEqual({ kind: 'ended', durationMs: 5000, dropped: {} });
    expect(s.hops.map((hop) => hop.hopEndMs)).toEqual([1000, 2000, 3000, 4000, 5000]);
    expect(s.gaps).toEqual([]);
  });

  it('a recording whose streams had all ended ran on at its pace until it was ended itself', async () => {
    const s = new SessionScript({ pace: 20, streams: [VOICE, AGENT] });
    for (const id of [1, 2]) s.send(id, speech(3000), 0);
    await s.jobs();
    for (const id of [1, 2]) s.streams.endStream(id);
    await s.jobs();
    await s.advance(20_000); // 400 s by the session clock
    expect(s.hops.at(-1)).toMatchObject({ hopEndMs: 8000 });
    expect([s.gaps, s.clock.pendingTimers]).toEqual([[], 0]);
    await s.end();
  });

  it('lets an ended stream go at once', async () => {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    s.send(1, speech(2300), 0);
    s.send(2, speech(500), 0);
    await s.jobs();
    expect(s.hops).toHaveLength(0);
    s.streams.endStream(2);
    await s.jobs();
    expect(s.hops).toHaveLength(2);
    expect(s.send(2, speech(20), 500)).toMatchObject({ code: 'stream_ended' });
    s.streams.dispose();
  });

  it('keeps the words of audio that is late by less than 4 s, and drops what is later', async () => {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    await s.live(2, silence(8000), 0);
    expect(s.hops).toHaveLength(7);
    s.send(1, speech(1000), 1000); // 5.7 s behind the watermark of 7.7
    s.send(1, join(silence(300), speech(500), silence(1200)), 5000);
    await s.live(2, silence(2000), 8000);
    expect(s.utterances.map((u) => u.startMs)).toEqual([5000]);
    expect(s.gaps.map((g) => g.detail)).toContainEqual(
      expect.objectContaining({ reason: 'late', stream: 'customer-voice-1', fromMs: 1000, toMs: 2000 }),
    );
    expect(s.gaps.map((g) => g.detail)).toContainEqual(
      expect.objectContaining({ reason: 'hop_passed', fromMs: 5000, toMs: 7000 }),
    );
    expect(await s.end()).toMatchObject({ dropped: { late: 1, hop_passed: 1 } });
  });

  it('places a step back in time where its hop is not out yet', async () => {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    s.send(1, speech(1000), 2000);
    s.send(1, speech(500, 5), 500);
    await s.end();
    expect(s.hops[0]!.voices[0]!.pcm.subarray(8000)).toEqual(speech(500, 5));
    expect(s.hops[2]!.voices[0]!.pcm).toEqual(speech(1000));
  });

  it('fills a gap with silence and says so, and cuts the utterance before a long one', async () => {
    const s = new SessionScript();
    s.send(1, speech(700), 0);
    s.send(1, speech(700, 1), 1000);
    s.send(1, speech(700, 2), 3200);
    await s.end();
    const voice = join(...s.hops.map((hop) => hop.voices[0]!.pcm));
    const expected = join(speech(700), silence(300), speech(700, 1), silence(1500), speech(700, 2), silence(100));
    expect(voice).toEqual(expected);
    expect(s.gaps[0]).toMatchObject({ mediaMs: 700, detail: { reason: 'missing', lostMs: 1800, count: 2 } });
    expect(s.utterances.map((u) => [u.startMs, u.endMs])).toEqual([
      [0, 1700],
      [3200, 3900],
    ]);
  });

  it('skips the empty hour of a jump ahead', async () => {
    const s = new SessionScript();
    s.send(1, speech(1000), 0);
    s.send(1, speech(1000, 1), 3_600_000);
    await s.end();
    expect(s.hops.map((hop) => hop.hopEndMs)).toEqual([1000, 3_600_000, 3_601_000]);
    expect(s.gaps.map((g) => [g.detail.reason, g.detail.fromMs, g.detail.toMs])).toEqual([
      ['missing', 1000, 3_600_000],
      ['no_media', 1000, 3_599_000],
    ]);
  });

  /**
   * A sender whose time stamps stood still filled its credit with ten seconds that all lay in the first hop; the
   * watermark never passed that hop, so no credit came back and the session could not even end.
   */
  it.each([50, 100, 1000])('ends where all of a credit in frames of %d ms has one time stamp', async (frameMs) => {
    const s = new SessionScript();
    for (let sentMs = 0; sentMs < 10_000; sentMs += frameMs) {
      expect(s.send(1, speech(frameMs), 0)).toEqual({ ok: true });
    }
    await s.jobs();
    expect((await s.end()).durationMs).toBeGreaterThan(5000);
  });

  it('refuses an epoch time stamp', () => {
    const s = new SessionScript();
    expect(s.send(1, speech(20), 1.7e12)).toMatchObject({ code: 'payload_invalid' });
    expect(s.send(1, speech(20), 0)).toEqual({ ok: true });
    s.streams.dispose();
  });

  it('closes an utterance of a sender that fell silent by the watermark', async () => {
    const s = new SessionScript();
    await s.live(1, speech(800), 0);
    await s.advance(900);
    expect(s.utterances).toHaveLength(0);
    await s.advance(2000);
    expect(s.utterances.map((u) => [u.startMs, u.endMs])).toEqual([[0, 800]]);
    await s.live(1, speech(800), 3700);
    await s.end();
    expect(s.utterances[1]).toMatchObject({ startMs: 3700, endMs: 4500 });
  });
});

describe('chat', () => {
  it('is stamped once on arrival, uniquely, and in media time', async () => {
    const s = new SessionScript({ streams: [], pace: 2 });
    await s.advance(700);
    expect([s.chat(), s.chat(), s.chat(1400.4), s.chat(-5), s.chat(1e9), s.chat(9000)].map((c) => c.ptsMs)).toEqual([
      1400, 1401, 1402, 1403, 1404, 9000,
    ]);
    const ended = await s.end();
    expect(s.hops.at(-1)!.hopEndMs).toBe(10_000);
    expect(ended.durationMs).toBe(9001);
  });
});

describe('stills', () => {
  it('keeps an even choice of four in a hop, the newest among them', async () => {
    const s = new SessionScript({ streams: [VIDEO] });
    for (let i = 0; i < 10; i += 1) s.send(3, still(640, 480, i), i * 100);
    s.send(3, still(), 1400);
    expect(s.hops[0]!.stills).toHaveLength(4);
    expect(s.hops[0]!.stills.at(-1)!.ptsMs).toBe(900);
    expect(s.hops[0]!.stills[3]!.still).toEqual(still(640, 480, 9));
    expect((await s.end()).dropped).toEqual({ still_rate: 6 });
    expect(s.hops[1]!.stills).toHaveLength(1);
  });

  it('refuses what is no still or too large, and goes on', () => {
    const s = new SessionScript({ streams: [VIDEO] });
    expect(s.send(3, new Uint8Array(50), 0)).toMatchObject({ code: 'payload_invalid' });
    expect(s.send(3, still(8193, 10), 0)).toMatchObject({ code: 'media_too_large' });
    expect(s.send(3, still(4001, 3000), 0)).toMatchObject({ code: 'media_too_large' });
    expect(s.send(3, still(4000, 3000), 0)).toEqual({ ok: true });
    s.streams.dispose();
  });
});

describe('order and credit', () => {
  it('reorders within the bound and refuses beyond it', async () => {
    const s = new SessionScript({ options: { maxReorderFrames: 2 } });
    const pcm = speech(60);
    const frame = (seq: number) => ({ seq, byteOffset: seq * 640 });
    s.send(1, pcm.subarray(640, 960), 40, frame(2));
    s.send(1, pcm.subarray(320, 640), 20, frame(1));
    s.send(1, pcm.subarray(0, 320), 0, frame(0));
    expect(s.send(1, pcm.subarray(0, 320), 0, frame(0))).toEqual({ ok: true }); // sent again
    expect(s.send(1, pcm.subarray(0, 320), 120, frame(6))).toMatchObject({ code: 'frame_out_of_order' });
    expect(s.send(1, pcm.subarray(0, 320), 60, { seq: 3, byteOffset: 1922 })).toMatchObject({
      code: 'frame_out_of_order',
    });
    expect(await s.end()).toMatchObject({ dropped: { duplicate: 1 } });
    expect(s.hops[0]!.voices[0]!.pcm.subarray(0, 960)).toEqual(pcm);
  });

  it('gives up a hole when the stream stalls', async () => {
    const s = new SessionScript();
    s.send(1, speech(20), 0);
    s.send(1, speech(20), 40, { seq: 2, byteOffset: 1280 });
    await s.advance(1000);
    expect(await s.end()).toMatchObject({ dropped: { lost_frame: 1 } });
    expect(s.gaps.map((g) => g.detail.reason).sort()).toEqual(['lost_frames']);
    expect(s.hops[0]!.voices[0]!.pcm.subarray(640, 960)).toEqual(speech(20));
  });

  it('counts refused bytes and names unknown streams', async () => {
    const s = new SessionScript();
    expect(s.send(9, speech(20), 0)).toMatchObject({ code: 'unknown_stream' });
    expect(s.send(1, new Uint8Array(641), 0)).toMatchObject({ code: 'payload_invalid' });
    expect(s.send(1, speech(20), 0)).toEqual({ ok: true });
    expect(await s.end()).toMatchObject({ dropped: { payload_invalid: 1 } });
  });

  it('grants in steps while hops are settled', async () => {
    const s = new SessionScript();
    expect(s.streams.initialCredits()).toEqual([{ streamId: 1, limitBytes: 320_000 }]);
    await s.live(1, speech(30_000), 0);
    expect(s.credits.length).toBeGreaterThan(10);
    expect(s.credits.length).toBeLessThan(26);
    expect(s.credits.at(-1)!.limitBytes).toBeGreaterThan(960_000 + 250_000);
    s.streams.dispose();
  });

  it('holds back hops, utterances and credit until they are settled', async () => {
    const s = new SessionScript({ settle: false, options: { maxInFlightUtterances: 2 } });
    const turn = join(speech(500), silence(900));
    let sent = 0;
    while (s.send(1, turn, sent * 1400).ok) {
      sent += 1;
      await s.jobs();
    }
    expect(sent).toBe(8); // 7 fill the first window; one hop was out before
    expect(s.utterances).toHaveLength(2);
    const stuck = s.hops.length;
    await s.advance(30_000);
    expect(s.hops).toHaveLength(stuck);
    for (let i = 0; i < s.facts.length; i += 1) {
      s.streams.settle(s.facts[i]!);
      await s.jobs();
    }
    expect(s.utterances).toHaveLength(sent);
    s.streams.dispose();
  });
});

describe('utterances', () => {
  it('cuts 40 s of speech at 15 s and loses nothing', async () => {
    const s = new SessionScript();
    const pcm = join(speech(40_000), silence(1000));
    await s.live(1, pcm, 0, 100);
    await s.end();
    expect(s.utterances).toHaveLength(3);
    const heard = join(...s.utterances.map((u) => u.pcm));
    expect(Buffer.from(heard.buffer).equals(Buffer.from(pcm.buffer, 0, heard.byteLength))).toBe(true);
    expect(heard.length).toBeGreaterThan(40_000 * 16);
    expect(Math.max(...s.utterances.map((u) => u.pcm.length))).toBeLessThanOrEqual(15_000 * 16);
    expect(s.utterances.map((u) => u.startMs)).toEqual([0, s.utterances[0]!.endMs, s.utterances[1]!.endMs]);
    expect(new Set(s.utterances.map((u) => u.utteranceId)).size).toBe(3);
  });

  it('hears a word of 130 ms, with pre-roll', async () => {
    const s = new SessionScript();
    await s.live(1, join(silence(2048), speech(130), silence(2000)), 0);
    expect(s.utterances).toHaveLength(1);
    expect(s.utterances[0]).toMatchObject({ startMs: 2048 - 300, endMs: 2048 + 160 + 300 });
    expect(s.hops[2]!.voices[0]!.speech).toEqual([{ startMs: 2048, endMs: 2048 + 160 }]);
    s.streams.dispose();
  });

  it('spends no inference on silence', async () => {
    const s = new SessionScript();
    await s.live(1, silence(5000), 0);
    expect(s.pool.jobs).toHaveLength(0);
    expect(s.hops).toHaveLength(4);
    s.streams.dispose();
  });

  it('retries a failed job once, then takes its frames for silence and says so', async () => {
    const s = new SessionScript();
    await s.live(1, speech(200), 0);
    s.pool.failures = 1;
    await s.live(1, speech(800, 1), 200);
    await s.live(1, speech(1000, 2), 1000);
    expect(s.hops).toHaveLength(1);
    expect(s.hops[0]!.voices[0]!.speech).toEqual([{ startMs: 0, endMs: 1000 }]);
    s.pool.failures = 2;
    await s.live(1, speech(2000, 3), 2000);
    expect((await s.end()).dropped).toEqual({ voice_activity_failed: 1 });
    expect(s.gaps.map((g) => g.detail.reason)).toEqual(['voice_activity_failed']);
  });

  it('does not hang on a job that is never answered', async () => {
    const s = new SessionScript();
    s.pool.holding = true;
    s.send(1, speech(2000), 0);
    for (let i = 0; i < 30; i += 1) await s.advance(1000);
    expect(s.hops.length).toBeGreaterThan(0);
    s.streams.dispose();
    s.pool.answerAll();
    await s.jobs();
  });
});

describe('the end', () => {
  it('flushes the last partial hop and the open utterance, then says so', async () => {
    const s = new SessionScript({ streams: [VOICE, VIDEO] });
    s.send(1, speech(1234), 0);
    s.send(3, still(), 2100);
    s.chat(500);
    const ended = await s.end();
    expect(s.hops).toHaveLength(3);
    expect(join(...s.hops.map((hop) => hop.voices[0]!.pcm)).subarray(0, 1234 * 16)).toEqual(speech(1234));
    expect(s.hops[2]!.stills).toHaveLength(1);
    expect(s.hops[1]!.voices[0]!.speech).toEqual([{ startMs: 1000, endMs: 1234 }]);
    expect(s.utterances[0]!.pcm).toEqual(speech(1234));
    expect(ended).toEqual({ kind: 'ended', durationMs: 2101, dropped: {} });
    expect(s.clock.pendingTimers).toBe(0);
    expect(s.send(1, speech(20), 1234)).toMatchObject({ ok: false });
  });

  it('waits for settled hops when there are too many', async () => {
    const s = new SessionScript({ settle: false });
    for (let at = 0; at < 10_000; at += 1000) s.send(1, silence(1000), at);
    s.streams.end();
    expect(s.hops).toHaveLength(8);
    for (let i = 0; i < s.facts.length; i += 1) s.streams.settle(s.facts[i]!);
    expect(s.hops).toHaveLength(10);
    expect(s.facts.at(-1)!.kind).toBe('ended');
  });

  it('ends a session without media', async () => {
    const s = new SessionScript({ streams: [VOICE] });
    expect(await s.end()).toEqual({ kind: 'ended', durationMs: 0, dropped: {} });
    expect(s.hops).toHaveLength(0);
  });

  it('leaves nothing behind when disposed of in the middle, even inside a fact', async () => {
    const s = new SessionScript({ streams: [VOICE, VIDEO] });
    s.streams.facts$.subscribe((fact) => fact.kind === 'hop' && s.streams.dispose());
    s.pool.holding = true;
    s.send(1, speech(5000), 0);
    s.send(3, still(), 0);
    s.send(3, still(), 4000);
    s.pool.holding = false;
    s.pool.answerAll();
    await s.jobs();
    await s.jobs();
    await s.jobs();
    expect(s.hops).toHaveLength(1);
    expect(s.completed).toBe(true);
    expect(s.clock.pendingTimers).toBe(0);
    await s.advance(10_000);
    expect(s.facts.at(-1)!.kind).toBe('hop');
  });

  it('refuses video at once where there is no decoder for it', () => {
    const spec = { sessionId: 's', pace: 1, streams: [{ ...VIDEO, codec: 'webm-video' as const }] };
    const deps = { clock: systemClock, pool: new EnergyPool(), options: streamOptions() };
    expect(() => new SessionStreams(spec, deps)).toThrow(/webm-video.*send stills/);
  });
});
