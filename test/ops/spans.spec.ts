import { type Config, readConfig } from '../../src/config/config';
import { STAGES } from '../../src/facts/meter';
import { parseTraceparent } from '../../src/facts/trace-context';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { makeCall, sampleStills } from '../support/call';
import { expectWhole, type HeardSession } from '../support/heard-session';
import { holdCall, openCall } from '../support/hold-call';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver';
import { type RunningService, startService } from '../support/service';
import { ServiceProcess } from '../support/service-process';
import { joined, silence, tone } from '../support/sound';

const CALL = makeCall({
  voices: [
    { party: 'customer', samples: joined(tone(3000), silence(2000)) },
    { party: 'agent', samples: joined(silence(3000), tone(1000), silence(1000)) },
  ],
  stills: { party: 'customer', jpegs: sampleStills(4), everyMs: 500 },
  chat: [{ party: 'customer', ptsMs: 1000, text: 'the turquoise kettle' }],
});
const CALLER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const FAST = { pace: 2, speed: 10 };
const START = {
  session: {
    channel: 'video' as const,
    language: 'en',
    ...{ externalId: 'ext-walrus-1', customerId: 'customer-walrus-9', agentId: 'agent-walrus-3' },
    ...{ team: 'team-walrus', queue: 'queue-walrus', consent: { analysis: true } },
  },
};
const variables = (url: string, more: Record<string, string> = {}): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=s%20cret',
  OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  ...more,
});

let receiver: OtlpReceiver;
let service: RunningService | undefined;
beforeEach(async () => (receiver = await OtlpReceiver.open()));
afterEach(async () => {
  await service?.close();
  service = undefined;
  await receiver.close();
});

async function traced(more: Record<string, string> = {}, pool = new ScriptedPool({ latencyMs: { fusion: 2 } })) {
  const { traces } = readConfig(variables(receiver.url, more));
  service = await startService({ traces } as Partial<Config>, pool);
  return service;
}

/** Ends the service, which exports what waits. */
async function endService(): Promise<void> {
  await service!.close();
  service = undefined;
}

const spanOf = (traceparent: string | undefined): ReceivedSpan => {
  const { traceId, spanId } = parseTraceparent(traceparent)!;
  const found = receiver.spans.filter((span) => span.traceId === traceId && span.spanId === spanId);
  expect([traceparent, found.length]).toEqual([traceparent, 1]);
  return found[0]!;
};

describe('spans', () => {
  it('tell of a session and of every stage of each assessment, under the trace of the caller', async () => {
    const heard = await holdCall(await traced(), CALL, { ...FAST, ...START, traceparent: CALLER });
    await endService();
    expectWhole(heard, 'development');

    const [session] = receiver.named('session');
    const caller = parseTraceparent(CALLER)!;
    expect(session).toMatchObject({
      ...{ traceId: caller.traceId, parentSpanId: caller.spanId, kind: 2 }, // SERVER
      attributes: { 'session.id': heard.sessionId, 'rapport.session.reason': 'ended' },
    });
    expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([caller.traceId]));
    for (const type of ['rapport.session.started', 'rapport.session.ended'] as const)
      expect(spanOf(heard.all(type)[0]!.traceparent)).toBe(session);

    const assessments = heard.all('rapport.window.assessed');
    expect(assessments.length).toBeGreaterThan(3);
    expect(receiver.named('assessment')).toHaveLength(assessments.length);
    for (const { traceparent, data } of assessments) {
      const span = spanOf(traceparent);
      expect(span).toMatchObject({ name: 'assessment', parentSpanId: session!.spanId, events: ['watermark'] });
      expect(span.attributes['rapport.window.end_ms']).toBe(data.windowEndMs);
      expect(childrenOf(span).every(({ startMs }) => startMs >= span.startMs - 0.001)).toBe(true);
    }
    // The first second has all of it: voice, stills and chat came in it.
    const stages = new Set(childrenOf(spanOf(assessments[0]!.traceparent)).map(({ name }) => name));
    expect([...stages].sort()).toEqual([...STAGES].sort());
    const kinds = childrenOf(spanOf(assessments[0]!.traceparent)).map((span) => span.attributes['rapport.job.kind']);
    expect(new Set(kinds)).toEqual(new Set([undefined, 'voice-tokens', 'face-tokens', 'fusion']));
    for (const span of receiver.named('fuse')) expect(span.endMs - span.startMs).toBeCloseTo(2, 2);
  });

  it('tell of a transcript, agent or customer', async () => {
    const heard = await holdCall(await traced(), CALL, { ...FAST, ...START });
    await endService();
    const finals = heard.all('rapport.transcript.final');
    expect(new Set(finals.map(({ data }) => `${data.source} ${data.party}`))).toEqual(
      new Set(['voice customer', 'voice agent', 'chat customer']),
    );
    for (const { traceparent, data } of finals) {
      const kinds = childrenOf(spanOf(traceparent)).map((span) => span.attributes['rapport.job.kind']);
      expect(kinds.includes('transcript')).toBe(data.source === 'voice');
      expect(kinds.includes('text-tokens')).toBe(data.party === 'customer');
    }
  });

  it('go where the variables say, as the service they name', async () => {
    await holdCall(await traced({ OTEL_SERVICE_NAME: 'rapport-eu' }), CALL, FAST);
    await endService();
    expect(receiver.requests.length).toBeGreaterThan(0);
    for (const { path, headers } of receiver.requests)
      expect([path, headers['x-collector-key']]).toEqual(['/v1/traces', 's cret']);
    expect(receiver.resources[0]).toEqual({
      'service.name': 'rapport-eu',
      'deployment.environment.name': 'test',
    });
  });

  it('go as protobuf unless JSON is asked for', async () => {
    await holdCall(await traced({ OTEL_EXPORTER_OTLP_PROTOCOL: '' }), CALL, FAST);
    await endService();
    expect(receiver.requests[0]!.headers['content-type']).toBe('application/x-protobuf');
    expect(receiver.bodies.some((body) => body.includes('assessment') && body.includes('receive'))).toBe(true);
  });

  it('hold no personal data: no word, no id of anybody, no feeling', async () => {
    const heard = await holdCall(await traced(), CALL, { ...FAST, ...START });
    await endService();
    const exported = receiver.bodies.map(String).join('\n');
    expect(exported).toContain(heard.sessionId);
    expect(exported).not.toMatch(/turquoise|kettle|words|walrus|development"/i);
    expect(exported).not.toMatch(/anger|disgust|\bfear|\bjoy|neutral|sadness|refund|127\.0\.0\.1/i);
    const keys = new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...keys].sort()).toEqual([
      'rapport.busy_ms',
      'rapport.frames',
      'rapport.job.kind',
      'rapport.latency_ms',
      'rapport.session.incomplete',
      'rapport.session.reason',
      'rapport.window.end_ms',
      'session.id',
    ]);
  });
});

describe('sampling', () => {
  const eventsOf = (heard: HeardSession) => heard.results.map(({ event }) => parseTraceparent(event.traceparent)!);

  it.each([
    ['parentbased_always_on', CALLER.replace(/01$/, '00'), false],
    ['parentbased_always_off', CALLER, true],
    ['parentbased_always_off', undefined, false],
    ['always_on', CALLER.replace(/01$/, '00'), true],
    ['always_off', CALLER, false],
  ])('%s, caller %s: recorded %s', async (sampler, traceparent, isRecorded) => {
    const heard = await holdCall(await traced({ OTEL_TRACES_SAMPLER: sampler }), CALL, { ...FAST, traceparent });
    await endService();
    expect(receiver.named('session')).toHaveLength(isRecorded ? 1 : 0);
    expect(receiver.spans.length > 0).toBe(isRecorded);
    expect(new Set(eventsOf(heard).map(({ sampled }) => sampled))).toEqual(new Set([isRecorded]));
    expect(new Set(eventsOf(heard).map(({ spanId }) => spanId)).size > 1).toBe(isRecorded);
  });

  it('takes the share of traces that it is told', async () => {
    const door = await traced({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' });
    // The library decides by the trace id: the lower and the upper half of its range.
    const low = CALLER.replace(/-[0-9a-f]{32}-/, '-00000001000000010000000100000001-');
    const high = CALLER.replace(/-[0-9a-f]{32}-/, '-fffffffe000000010000000100000001-');
    const [taken, left] = [low, high].map((traceparent) => holdCall(door, CALL, { ...FAST, traceparent }));
    await Promise.all([taken, left]);
    await endService();
    expect(receiver.named('session').map(({ traceId }) => traceId)).toEqual([parseTraceparent(low)!.traceId]);
  });
});

describe('the queue of spans', () => {
  const counts = async (): Promise<Record<string, number>> => {
    const text = await (await fetch(`${service!.http}/metrics`)).text();
    const lines = [...text.matchAll(/^rapport_trace_spans_total\{outcome="(\w+)"\} (\d+)$/gm)];
    return Object.fromEntries(lines.map(([, outcome, value]) => [outcome!, Number(value)]));
  };

  it('drops what is above its bound and counts it', async () => {
    receiver.status = undefined;
    await holdCall(await traced({ OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4' }), CALL, FAST);
    const { exported, queue_full, export_failed } = await counts();
    expect([exported, export_failed]).toEqual([0, 0]);
    expect(queue_full).toBeGreaterThan(10);
  });

  it('counts what a collector refuses', async () => {
    receiver.status = 400;
    await holdCall(await traced({ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' }), CALL, FAST);
    while ((await counts())['export_failed'] === 0) await new Promise(setImmediate);
    expect((await counts())['exported']).toBe(0);
  });

  it('is not there without export, and sessions are then named as before', async () => {
    service = await startService();
    const heard = await holdCall(service, CALL, { ...FAST, traceparent: CALLER });
    expect(await counts()).toEqual({});
    expect(receiver.requests).toEqual([]);
    expect(new Set(heard.results.map(({ event }) => event.traceparent)).size).toBe(1);
  });
});

describe('a service that ends', () => {
  it('exports the spans of the sessions that it ends', async () => {
    const child = scripted({ OTEL_BSP_SCHEDULE_DELAY: '600000' });
    const heard = await beginCall(child);
    expect(await child.kill('SIGTERM')).toMatchObject({ code: 0 });
    await heard.closed;
    await child.remove();
    expect(receiver.named('session')).toMatchObject([{ attributes: { 'rapport.session.reason': 'shutdown' } }]);
  });

  it('waits for a collector that does not answer no longer than its bound, and says what was left', async () => {
    receiver.status = undefined;
    const child = scripted({ OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_BSP_EXPORT_TIMEOUT: '600000' });
    await holdCall(await child.door(), CALL, { pace: 2 });
    expect(await child.kill('SIGTERM')).toMatchObject({ code: 0 });
    expect(child.stdout).toMatch(/the last spans could not be exported","spans":\d+/);
    await child.remove();
  });
});

const scripted = (more: Record<string, string>): ServiceProcess =>
  new ServiceProcess(variables(receiver.url, more), [process.execPath, 'test/support/scripted-service.cjs']);

async function beginCall(child: ServiceProcess): Promise<HeardSession> {
  const heard = await openCall(await child.door(), CALL, 2);
  await heard.until((so) => so.all('rapport.session.started').length > 0);
  return heard;
}

const childrenOf = (parent: ReceivedSpan): ReceivedSpan[] =>
  receiver.spans.filter((span) => span.parentSpanId === parent.spanId);
