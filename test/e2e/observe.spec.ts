import type { Result, ServerMessage, SessionState } from '@rapport-live/protocol';
import { RawClient } from '../support/raw-client';
import { expectGapless, isType, RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { eventually } from '../support/eventually';
import { tone } from '../support/sound';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const KEYS = [
  { tenant: 'acme', key: 'acme-0123456789abcdef' },
  { tenant: 'globex', key: 'globex-0123456789abcdef' },
];

describe('observing', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS }, undefined, { maxObservedSessions: 2 });
  });
  afterAll(() => service.close());

  const watch = (tenant = 0) => RawClient.open(service.url, KEYS[tenant]!.key);
  const stateOf = (client: RawClient, sessionId: string): Promise<SessionState> =>
    client.until((m): m is SessionState => m.type === 'session.state' && m.sessionId === sessionId);
  const results = (client: RawClient, sessionId: string): Result[] =>
    client.received.filter((m): m is Result => m.type === 'result' && m.event.subject === sessionId);
  const running = async () => {
    const session = await RawSession.start(service, [VOICE]);
    session.voice(tone(3000), 0);
    session.client.json({ type: 'chat.message', party: 'customer', text: 'hello there', messageId: 'm-1' });
    await session.window(2000);
    await session.result((event) => event.type === 'rapport.transcript.final');
    return session;
  };

  it('begins with what is known and goes on without a gap, to the end; the connection stays', async () => {
    const session = await running();
    const client = await watch();
    client.json({ type: 'session.observe', ref: 'o', sessionId: session.sessionId });
    const state = await stateOf(client, session.sessionId);
    expect(state).toMatchObject({ ref: 'o', status: 'live', alerts: [], shed: [] });
    expect(state.started).toEqual(session.gather()[0]!.event);
    expect(state.assessed!.data).toMatchObject({ windowEndMs: 2000 });
    expect(state.finals.map(({ data }) => (data as { text: string }).text)).toEqual(['hello there']);
    session.voice(tone(2000), 3000);
    const all = await session.end();
    expectGapless(all);
    await eventually(() => results(client, session.sessionId).at(-1)?.event.type === 'rapport.session.ended');
    expect(results(client, session.sessionId)).toEqual(all.filter(({ seq }) => seq > state.resultSeq));
    client.json({ type: 'ping', ref: 'still here' });
    await client.until(isType('pong'));
    // for a while it can still be looked at
    client.json({ type: 'session.observe', sessionId: session.sessionId, afterResultSeq: 0 });
    await eventually(() => client.received.filter(isType('session.state')).length === 2);
    expect(client.received.filter(isType('session.state'))[1]).toMatchObject({ status: 'ended' });
    await eventually(() => results(client, session.sessionId).filter(({ seq }) => seq === all.length).length === 2);
    client.abort();
  });

  it('bug: who joined late did not see an open hold, nor who is present', async () => {
    const session = await running();
    const say = (action: string, more: object) =>
      session.client.json({ type: 'participant.update', ptsMs: 2900, action, ...more });
    say('joined', { party: 'agent', participantId: 'anna' });
    say('hold', { party: 'customer' });
    await session.result((event) => event.type === 'rapport.session.updated' && event.data.detail.action === 'hold');
    const client = await watch();
    client.json({ type: 'session.observe', sessionId: session.sessionId });
    const { participants } = await stateOf(client, session.sessionId);
    expect(participants.map(({ data }) => (data as { detail: object }).detail)).toEqual([
      expect.objectContaining({ action: 'joined', party: 'agent' }),
      expect.objectContaining({ action: 'hold', party: 'customer' }),
    ]);
    await session.end();
    client.abort();
  });

  it('replays from where it is asked to', async () => {
    const session = await running();
    const client = await watch();
    client.json({ type: 'session.observe', sessionId: session.sessionId, afterResultSeq: 0 });
    await stateOf(client, session.sessionId);
    const all = await session.end();
    await eventually(() => results(client, session.sessionId).length === all.length);
    expect(results(client, session.sessionId)).toEqual(all);
    client.abort();
  });

  it('tells a session that waits for its client, and stops when it is told to', async () => {
    const session = await running();
    await session.cut();
    const client = await watch();
    const look = async (): Promise<string> => {
      const before = client.received.length;
      client.json({ type: 'session.observe', sessionId: session.sessionId });
      await eventually(() => client.received.slice(before).some(isType('session.state')));
      return client.received.slice(before).find(isType('session.state'))!.status;
    };
    await eventually(async () => (await look()) === 'disconnected');
    await session.resume();
    expect(await look()).toBe('live');
    client.json({ type: 'session.unobserve', sessionId: session.sessionId });
    client.json({ type: 'ping' });
    await client.until(isType('pong'));
    const { length } = client.received;
    await session.end();
    client.json({ type: 'ping', ref: 'last' });
    await client.until((m): m is Extract<ServerMessage, { type: 'pong' }> => m.type === 'pong' && m.ref === 'last');
    expect(client.received).toHaveLength(length + 1);
    client.abort();
  });

  it('of another tenant looks like one of no session, and harms nothing', async () => {
    const session = await running();
    const client = await watch(1);
    const unknown = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';
    client.json({ type: 'session.observe', ref: session.sessionId, sessionId: session.sessionId });
    client.json({ type: 'session.observe', ref: unknown, sessionId: unknown });
    await eventually(() => client.received.filter(isType('error')).length === 2);
    const [other, none] = client.received.filter(isType('error'));
    expect(other).toMatchObject({ code: 'session_unknown', fatal: false });
    const bare = (error: typeof other) => ({ ...error, ref: '', message: error!.message.replace(error!.ref!, 'ID') });
    expect(bare(other)).toEqual(bare(none));
    expect(results(client, session.sessionId)).toEqual([]);
    await session.end();
    client.abort();
  });

  it('is bounded, and keeps sessions and watching apart', async () => {
    const sessions = await Promise.all([running(), running(), running()]);
    const client = await watch();
    for (const { sessionId } of sessions) client.json({ type: 'session.observe', ref: sessionId, sessionId });
    expect(await client.error()).toMatchObject({
      code: 'too_many_sessions',
      fatal: false,
      ref: sessions[2]!.sessionId,
    });
    client.json({ type: 'session.unobserve', sessionId: sessions[0]!.sessionId });
    client.json({ type: 'session.observe', sessionId: sessions[2]!.sessionId });
    await stateOf(client, sessions[2]!.sessionId);
    client.json({ type: 'session.start', ref: 's' });
    await eventually(() => client.received.some((m) => m.type === 'error' && m.ref === 's'));
    sessions[0]!.client.json({ type: 'session.observe', ref: 'o', sessionId: sessions[1]!.sessionId });
    expect(await sessions[0]!.client.error()).toMatchObject({ code: 'session_exists', fatal: false, ref: 'o' });
    for (const session of sessions) await session.end();
    client.abort();
  });
});
