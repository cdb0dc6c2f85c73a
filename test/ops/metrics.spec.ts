import { ScriptedPool } from '../../src/models/scripted-pool';
import { METRICS } from '../../src/ops/metrics-table';
import { makeCall, sampleStills } from '../support/call';
import { holdCall } from '../support/hold-call';
import { RawClient, refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';

const CALL = makeCall({
  voices: [{ party: 'customer', samples: joined(tone(3000), silence(2000)) }],
  stills: { party: 'customer', jpegs: sampleStills(4), everyMs: 500 },
  chat: [{ party: 'customer', ptsMs: 1000, text: 'the turquoise kettle' }],
});

/** Values by name and labels as the text has them. */
function parse(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe('/metrics', () => {
  let service: RunningService;
  let text: string;
  let values: Map<string, number>;

  const scrape = async (): Promise<string> => {
    const response = await fetch(`${service.http}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8; version=0.0.4');
    return response.text();
  };
  const sum = (name: string): number =>
    [...values].filter(([key]) => key.startsWith(`${name}{`)).reduce((all, [, value]) => all + value, 0);

  beforeAll(async () => {
    service = await startService({}, new ScriptedPool({ latencyMs: { fusion: 2 } }));
    const heard = await holdCall(service, CALL, {
      pace: 2,
      speed: 10,
      session: { channel: 'video', consent: { analysis: true } },
    });
    const client = await RawClient.open(service.url, service.key);
    await client.start();
    client.json({ type: 'session.dance' });
    await client.error();
    await refusedUpgrade(service.url, 'graphql-ws', { authorization: `Bearer ${service.key}` });
    // Its first result is on disk: nothing waits for it.
    await client.until((message): message is Extract<typeof message, { type: 'result' }> => message.type === 'result');
    text = await scrape();
    client.abort();
    values = parse(text);
    expect(
      values.get('rapport_windows_total{outcome="assessed"}')! +
        values.get('rapport_windows_total{outcome="abstained"}')!,
    ).toBe(heard.windows.length);
  });
  afterAll(() => service.close());

  /** Cause: streams told what they had dropped with their last fact only. */
  it('bug: dropped frames were counted when their session had ended', async () => {
    const duplicates = async (): Promise<number> =>
      parse(await scrape()).get('rapport_frames_dropped_total{reason="duplicate"}')!;
    const before = await duplicates();
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [{ streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' }] });
    client.frame({}, new Uint8Array(640));
    client.frame({}, new Uint8Array(640));
    while ((await duplicates()) === before) await new Promise(setImmediate);
    expect(await duplicates()).toBe(before + 1);
    client.abort();
  });

  it('counts a conversation', () => {
    const voiceBytes = 5000 * 32;
    expect(values.get('rapport_sessions_live')).toBe(1);
    expect(values.get('rapport_sessions_total{reason="ended"}')).toBe(1);
    expect(values.get('rapport_media_bytes_total{kind="voice"}')).toBe(voiceBytes);
    expect(values.get('rapport_media_bytes_total{kind="video"}')).toBe(
      sampleStills(4).reduce((bytes, still) => bytes + still.length, 0),
    );
    expect(values.get('rapport_errors_total{code="unknown_type"}')).toBe(1);
    expect(values.get('rapport_errors_total{code="unsupported_subprotocol"}')).toBe(1);
    expect(sum('rapport_errors_total')).toBe(2);
    expect(values.get('rapport_inference_jobs_total{kind="fusion",outcome="done"}')).toBeGreaterThanOrEqual(3);
    expect(values.get('rapport_inference_jobs_total{kind="other",outcome="done"}')).toBe(0);
    expect(values.get('rapport_outbox_pending_bytes')).toBe(0);
  });

  it('times every stage, and the whole', () => {
    const count = (stage: string): number => values.get(`rapport_stage_seconds_count{stage="${stage}"}`)!;
    for (const stage of ['receive', 'decode', 'queue', 'encode', 'fuse', 'persist', 'send']) {
      expect([stage, count(stage)]).toEqual([stage, expect.any(Number)]);
      expect(count(stage)).toBeGreaterThan(0);
      expect(
        values.get(`rapport_stage_seconds_bucket{le="+Inf",stage="${stage}"}`) ??
          values.get(`rapport_stage_seconds_bucket{stage="${stage}",le="+Inf"}`),
      ).toBe(count(stage));
    }
    expect(count('receive')).toBe(count('decode'));
    expect(values.get('rapport_stage_seconds_sum{stage="fuse"}')! / count('fuse')).toBeCloseTo(0.002, 6);
    const windows = sum('rapport_windows_total');
    expect(values.get('rapport_assessment_latency_seconds_count')).toBe(windows);
    expect(values.get('rapport_assessment_latency_seconds_sum')! / windows).toBeGreaterThan(0.002);
  });

  it('has every metric of the table that applies, each with its help and type, and those of the process', () => {
    // Those of Kafka and of spans are there only with them.
    const own = Object.values(METRICS).filter(({ name }) => !/^rapport_(kafka|trace)_/.test(name));
    for (const { name, help, type } of own) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}`);
    }
    expect(text).not.toMatch(/rapport_(kafka|trace)_/);
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_heap_size_used_bytes',
    ]) {
      expect(text).toContain(`\n${name} `);
    }
  });

  it('names nobody: labels are closed lists', () => {
    expect(text).not.toMatch(/development|turquoise|kettle|customer|[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const labels = new Set([...values.keys()].flatMap((key) => [...key.matchAll(/(\w+)="/g)].map(([, name]) => name)));
    labels.delete('le');
    const listed = Object.values(METRICS).flatMap(({ name, labels: own }) => (name.startsWith('rapport_') ? own : []));
    const ours = new Set(
      [...values.keys()]
        .filter((key) => key.startsWith('rapport_'))
        .flatMap((key) => [...key.matchAll(/(\w+)="/g)].map(([, name]) => name))
        .filter((name) => name !== 'le'),
    );
    expect([...ours].sort()).toEqual([...new Set(listed)].sort());
  });

  it('grows by no line however many sessions there were', async () => {
    const lines = (await scrape()).split('\n').length;
    for (let i = 0; i < 3; i += 1) {
      const client = await RawClient.open(service.url, service.key);
      await client.start({ session: { externalId: `call-${i}`, consent: { analysis: true } } });
      client.json({ type: 'session.end' });
      await client.closed;
    }
    const after = await scrape();
    const own = (t: string): number => t.split('\n').filter((line) => line.startsWith('rapport_')).length;
    expect(own(after)).toBe(own(text));
    expect(after.split('\n').length).toBeLessThan(lines + 20); // the process's own may name another kind of handle
  });
});
