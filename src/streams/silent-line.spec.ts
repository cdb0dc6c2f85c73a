import type { Line } from './line';
import { AGENT, join, SessionScript, silence, speech, VOICE } from './testing/session-script';

/** A client that answers when it is told to. */
class ScriptedLine implements Line {
  asked = 0;
  answers = true;
  #open: (() => void)[] = [];

  ask(answered: () => void): void {
    this.asked += 1;
    this.#open.push(answered);
    // As over a socket: never within the call.
    if (this.answers) void Promise.resolve().then(() => this.answer());
  }

  answer(): void {
    for (const answered of this.#open.splice(0)) answered();
  }
}

function session(settings: ConstructorParameters<typeof SessionScript>[0] = {}) {
  const s = new SessionScript(settings);
  const line = new ScriptedLine();
  s.streams.resume.attach(line);
  return { s, line };
}
const hopEnds = (s: SessionScript) => s.hops.map(({ hopEndMs }) => hopEndMs);

describe('a session of which nothing has come', () => {
  const untouched = () => session({ streams: [VOICE, AGENT] });

  it('is asked for every five seconds, and its hops are as old as if it had been asked for each', async () => {
    const { s, line } = untouched();
    for (let second = 0; second < 5; second += 1) await s.advance(1000);
    expect([line.asked, hopEnds(s)]).toEqual([0, []]);
    await s.advance(300);
    await s.advance(5000);
    expect([line.asked, hopEnds(s).at(-1)]).toEqual([2, 10_000]);
    // the clock of the script stands at 5 s when a session begins
    expect(s.hops.map(({ hopEndMs, releasedAtMs }) => releasedAtMs - hopEndMs)).toEqual(s.hops.map(() => 5300));
    s.streams.dispose();
  });

  // Found by 1,000 sessions that came back together: all were asked at once, each for five seconds of hops.
  it('is asked at another time than those that began with it', async () => {
    const wokenMs: number[] = [];
    for (const begunBefore of [0, 1, 2, 3, 4]) {
      const { s, line } = session({ streams: [VOICE, AGENT], begunBefore });
      for (let ms = 0; ms < 10_300 && line.asked < 2; ms += 100) await s.advance(100);
      expect([line.asked, s.hops.length]).toEqual([2, Math.floor((s.clock.nowMs() - 5300) / 1000)]);
      expect(hopEnds(s)).toEqual(s.hops.map((_, i) => 1000 * (i + 1)));
      wokenMs.push((s.clock.nowMs() - 5300) % 5000);
      s.streams.dispose();
    }
    const apartMs = wokenMs.toSorted((a, b) => a - b).map((ms, i, all) => (all[i + 1] ?? 5000) - ms);
    expect(Math.min(...apartMs)).toBeGreaterThanOrEqual(500);
  });

  it('is not asked at once, when it comes back, for all the time that it was away', async () => {
    const { s } = untouched();
    s.streams.resume.detach();
    await s.advance(6400);
    const line = new ScriptedLine();
    s.streams.resume.attach(line);
    await s.advance(3800);
    expect([line.asked, hopEnds(s)]).toEqual([0, []]);
    await s.advance(100);
    expect([line.asked, hopEnds(s).at(-1)]).toEqual([1, 10_000]);
    s.streams.dispose();
  });

  it('is waited for by the windows of the first that speaks, from then on', async () => {
    const { s, line } = untouched();
    await s.advance(7400);
    expect([line.asked, hopEnds(s).length]).toEqual([1, 5]);
    await s.live(1, speech(3000), 7400);
    expect(hopEnds(s)).toEqual([1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000]);
    const late = s.hops.map(({ hopEndMs, releasedAtMs }) => Math.round(releasedAtMs - hopEndMs - 5000));
    expect(late.slice(0, 7)).toEqual([300, 300, 300, 300, 300, 300, 300]);
    expect(Math.max(...late)).toBeLessThan(700);
    expect(s.gaps).toEqual([]);
    s.streams.dispose();
  });

  it('is looked at for a message at once', async () => {
    const { s, line } = untouched();
    await s.advance(2600);
    s.chat();
    await s.jobs();
    expect([line.asked, hopEnds(s)]).toEqual([1, [1000, 2000]]);
    await s.advance(700);
    expect(hopEnds(s)).toEqual([1000, 2000, 3000]);
    s.streams.dispose();
  });

  it('loses nothing to a line that was dead from the beginning', async () => {
    const { s, line } = session();
    line.answers = false;
    await s.advance(20_000);
    s.streams.resume.detach();
    await s.advance(5000);
    expect(hopEnds(s)).toEqual([]);
    s.streams.resume.attach(new ScriptedLine());
    for (let ms = 0; ms < 6000; ms += 1000) {
      s.send(1, speech(1000, ms), ms);
      await s.jobs();
    }
    // when they were heard at last: not as old as the seconds in which nobody was asked
    expect(s.hops.map(({ releasedAtMs }) => releasedAtMs)).toEqual([30_000, 30_000, 30_000, 30_000, 30_000]);
    const ended = await s.end();
    expect([ended.durationMs, ended.dropped, s.gaps]).toEqual([6000, {}, []]);
  });

  it('has lasted as long as it has, when it ends', async () => {
    const { s } = untouched();
    await s.advance(3400);
    expect((await s.end()).durationMs).toBe(3000);
  });

  it('is asked for as ever while something of it is to be told', async () => {
    const { s, line } = untouched();
    await s.advance(2000);
    s.streams.open({ ...AGENT, streamId: 3, name: 'agent-voice-3' });
    await s.jobs();
    await s.advance(1400);
    expect(line.asked).toBeGreaterThan(0);
    expect(s.gaps.map(({ detail }) => detail.reason)).toEqual(['stream_opened']);
    const { asked } = line;
    await s.advance(1500);
    expect(line.asked).toBe(asked);
    s.streams.dispose();
  });
});

describe('a stream that falls silent', () => {
  it('is idle once its client has answered, and not before', async () => {
    const { s, line } = session({ streams: [VOICE, AGENT] });
    line.answers = false;
    await s.live(1, speech(3000), 0); // the agent says nothing
    expect([line.asked, hopEnds(s)]).toEqual([1, []]);
    line.answer();
    await s.jobs();
    expect(hopEnds(s)).toEqual([1000, 2000]);
    // Known to be silent from then on, whatever the line does.
    line.answers = false;
    await s.live(1, speech(2000, 1), 3000);
    expect(hopEnds(s)).toEqual([1000, 2000, 3000, 4000]);
    s.streams.dispose();
  });

  it('is asked once a second while the session clock rules, and time goes no further than the answers', async () => {
    const { s, line } = session();
    s.send(1, silence(20), 0);
    for (let second = 0; second < 10; second += 1) await s.advance(1000);
    expect(hopEnds(s).at(-1)).toBe(9000);
    expect(line.asked).toBeGreaterThanOrEqual(9);
    expect(line.asked).toBeLessThanOrEqual(11);
    line.answers = false;
    for (let second = 0; second < 10; second += 1) await s.advance(1000);
    expect(hopEnds(s).at(-1)).toBe(9000);
    line.answers = true;
    line.answer();
    await s.jobs();
    await s.jobs();
    expect(hopEnds(s).at(-1)).toBe(19_000);
    s.streams.dispose();
  });

  it('behind a line that died in mid-utterance and has not told so loses no word when it comes back', async () => {
    const { s, line } = session();
    await s.live(1, speech(2500), 0);
    line.answers = false;
    await s.advance(30_000);
    expect(hopEnds(s)).toEqual([1000, 2000]);
    // Over another connection, which took the session over: what was sent into the dead one comes again.
    s.streams.resume.attach(new ScriptedLine());
    line.answer(); // late, of the older one: it says nothing of the newer
    await s.live(1, join(speech(1500, 1), silence(1000)), 2500);
    const ended = await s.end();
    expect(s.utterances.map(({ startMs, speechMs }) => [startMs, speechMs > 3900])).toEqual([[0, true]]);
    expect([s.gaps, ended.dropped]).toEqual([[], {}]);
  });

  it('is asked in a pause too, whose end may be on its way; what is lost waits for it', async () => {
    const { s, line } = session();
    await s.live(1, speech(1000), 0);
    s.streams.pause(1000, 'hold');
    for (let second = 0; second < 4; second += 1) await s.advance(1000);
    expect(hopEnds(s)).toEqual([1000, 2000, 3000, 4000]);
    line.answers = false;
    for (let second = 0; second < 4; second += 1) await s.advance(1000);
    s.streams.resume.detach();
    for (let second = 0; second < 4; second += 1) await s.advance(1000);
    expect(hopEnds(s)).toEqual([1000, 2000, 3000, 4000]);
    // The pause was over at 5 s, and nobody had heard of it.
    s.streams.resume.attach(new ScriptedLine());
    s.streams.unpause(5000);
    await s.live(1, speech(8000, 1), 5000);
    const ended = await s.end();
    expect(s.utterances.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 1000],
      [5000, 13_000],
    ]);
    expect([s.gaps.filter(({ update }) => update === 'gap'), ended.dropped]).toEqual([[], {}]);
  });

  it('that has ended is not asked for, nor is a session of chat alone', async () => {
    const streams = [[VOICE], []];
    for (const one of streams) {
      const { s, line } = session({ streams: one });
      if (one.length > 0) s.streams.endStream(1);
      line.answers = false;
      for (let second = 0; second < 5; second += 1) await s.advance(1000);
      expect([line.asked, hopEnds(s)]).toEqual([0, [1000, 2000, 3000, 4000]]);
      s.streams.dispose();
    }
  });

  it('does not wait for a line that is known to be lost when nothing of it is waited for', async () => {
    const { s } = session();
    await s.live(1, speech(1500), 0);
    s.streams.resume.detach();
    await s.advance(30_000);
    expect(hopEnds(s)).toEqual([1000]);
    s.streams.endStream(1);
    for (let second = 0; second < 4; second += 1) await s.advance(1000);
    expect(hopEnds(s).at(-1)).toBeGreaterThanOrEqual(34_000);
    s.streams.dispose();
  });

  it('gives up a hole in its frames only once the client has answered', async () => {
    const { s, line } = session();
    await s.live(1, speech(500), 0);
    line.answers = false;
    s.send(1, speech(100, 2), 600, { seq: 26, byteOffset: 19_200 });
    await s.advance(5000);
    expect(s.gaps).toEqual([]);
    line.answers = true;
    line.answer();
    await s.advance(2000);
    expect(s.gaps.map(({ detail }) => detail.reason)).toContain('lost_frames');
    s.streams.dispose();
  });

  it('has its due work done while the answer is still to come', async () => {
    const { s, line } = session();
    line.answers = false;
    s.send(1, silence(20), 0);
    await s.advance(1000);
    expect(line.asked).toBe(1);
    s.pool.failures = 1; // voice activity is tried once more after 100 ms
    s.send(1, speech(600), 1000);
    await s.jobs();
    const tried = s.pool.jobs.length;
    await s.advance(200);
    expect([tried, s.pool.jobs.length > tried]).toEqual([expect.any(Number), true]);
    s.streams.dispose();
  });
});
