import { RapportError, type TranscriptFinalData } from '@rapport-live/protocol';
import {
  BAD_VECTORS,
  ClientNumbers,
  GOOD_VECTORS,
  openParameters,
  ORGANIZATION,
  type Step,
  type Vector,
} from '../../../test/support/audiohook/vectors';
import { AudioHookSession } from './audiohook-session';
import { type Call, CallLine } from './call-line';
import { AUDIOHOOK_DEFAULTS, type CallListener, type OpenRequest } from './session-parts';

const SESSION = '30b0e395-84d3-4570-ac13-9a62d8f514c0';
type Said = { readonly type: string; readonly parameters: Record<string, unknown> };

/** What was done with the session behind: what the door's own tests see of a real one. */
class ScriptedCall implements Call {
  mediaMs = 0;
  readonly done: string[] = [];
  listener: CallListener | undefined;
  endsAtOnce = true;

  media(channel: string, bytes: Uint8Array, ptsMs: number, missing: boolean, breaks: boolean): void {
    const flags = `${missing ? ' missing' : ''}${breaks ? ' breaks' : ''}`;
    this.done.push(`${channel} ${bytes.length} at ${ptsMs}${flags}`);
  }
  pause(ptsMs: number): void {
    this.done.push(`pause at ${ptsMs}`);
  }
  unpause(ptsMs: number): void {
    this.done.push(`unpause at ${ptsMs}`);
  }
  restateLanguage(language: string, atMs: number): void {
    this.done.push(`${language} from ${atMs}`);
  }
  end(): void {
    if (!this.done.includes('end') && this.endsAtOnce) queueMicrotask(() => this.listener!.ended('over'));
    this.done.push('end');
  }
  leave(): void {
    this.done.push('leave');
  }
}

/** A connection without a socket, and a clock that a test turns. */
class Played {
  readonly said: Said[] = [];
  readonly call = new ScriptedCall();
  readonly session: AudioHookSession;
  readonly numbers: ClientNumbers;
  hungUp = 0;
  readonly faults: number[] = [];
  positionMs = 0;
  private nowMs = 0;
  private timers = new Set<{ readonly atMs: number; readonly task: () => void }>();

  constructor(
    open?: (request: OpenRequest, listener: CallListener, call: ScriptedCall) => CallLine,
    readonly id = SESSION,
  ) {
    this.numbers = new ClientNumbers(id, () => this.positionMs);
    const peer = {
      send: (text: string) => void this.said.push(this.numbers.received(text)),
      hangUp: () => void (this.hungUp += 1),
      faulty: ({ code }: { readonly code: number }) => void this.faults.push(code),
      later: (ms: number, task: () => void) => {
        const timer = { atMs: this.nowMs + ms, task };
        this.timers.add(timer);
        return () => void this.timers.delete(timer);
      },
    };
    const desk = {
      languages: ['en-US', 'en-GB'],
      open: (request: OpenRequest, listener: CallListener) => {
        this.call.listener = listener;
        const line =
          open?.(request, listener, this.call) ??
          new CallLine(this.call, request.media, request.positionMs, request.parameters.language);
        return { line, begin: () => {} };
      },
    };
    this.session = new AudioHookSession({ sessionId: id, organizationId: ORGANIZATION }, peer, desk);
  }

  send(what: Step['send']): void {
    if (typeof what === 'number') this.session.audio(new Uint8Array(what));
    else this.session.text('text' in what ? what.text : this.numbers.message(what));
  }

  pass(ms: number): void {
    this.nowMs += ms;
    for (const timer of [...this.timers].filter(({ atMs }) => atMs <= this.nowMs)) {
      this.timers.delete(timer);
      timer.task();
    }
  }
}

async function play({ steps }: Vector): Promise<Played> {
  const played = new Played();
  for (const { send, expect: expected } of steps) {
    const before = played.said.length;
    played.send(send);
    await Promise.resolve();
    const said = played.said.slice(before);
    expect(said.map(({ type }) => type)).toEqual(expected.map(({ type }) => type));
    expected.forEach(({ parameters = {} }, i) => expect(said[i]!.parameters).toMatchObject(parameters));
  }
  return played;
}

const final = (over: Partial<TranscriptFinalData> = {}): TranscriptFinalData => ({
  ...{ utteranceId: 'customer-voice-1-1000', source: 'voice', stream: 'customer-voice-1', party: 'customer' },
  ...{ startMs: 1000, endMs: 1800, text: 'my invoice', redactions: {}, language: 'en', confidence: 0.8 },
  words: [
    { word: 'my', startMs: 1000, endMs: 1300, probability: 0.9 },
    { word: 'invoice', startMs: 1000, endMs: 1800, probability: 0.7 },
  ],
  ...{ intents: [], outOfScope: false, models: [] },
  ...over,
});
const event = (seq: number, over: Partial<TranscriptFinalData> = {}) => ({ seq, id: ORGANIZATION, data: final(over) });
const opened = (parameters: object = {}): Played => {
  const played = new Played();
  played.send({ type: 'open', parameters: openParameters(parameters) });
  return played;
};

describe('AudioHook message vectors', () => {
  it.each(GOOD_VECTORS)('$name', async (vector) => {
    const { said, hungUp } = await play(vector);
    expect(said.some(({ type }) => type === 'disconnect')).toBe(false);
    expect(hungUp).toBe(0);
  });

  it.each(BAD_VECTORS)('bad: $name', async (vector) => {
    const { said } = await play(vector);
    expect(JSON.stringify(said)).not.toMatch(/555-1234|John Doe/);
  });
});

describe('an AudioHook session', () => {
  it('feeds each channel at its own time', () => {
    const played = opened();
    played.send(3200);
    played.send(320);
    expect(played.call.done).toEqual([
      ...['external 1600 at 0', 'internal 1600 at 0', 'external 160 at 200', 'internal 160 at 200'],
    ]);
  });

  it('goes by positions: what was discarded is missing, what was paused is not', () => {
    const played = opened({ media: [{ type: 'audio', format: 'PCMU', channels: ['external'], rate: 8000 }] });
    played.send(1600);
    played.call.mediaMs = 700;
    played.positionMs = 700;
    played.send({ type: 'discarded', parameters: { start: 'PT0.2S', discarded: 'PT0.5S' } });
    played.send(1600);
    played.positionMs = 900;
    played.send({ type: 'paused' });
    // as a client that does not count what it leaves out in a pause
    played.call.mediaMs = 10_900;
    played.send({ type: 'resumed', parameters: { start: 'PT0.9S', discarded: 'PT0S' } });
    played.send(1600);
    played.send({ type: 'update', parameters: { language: 'en-US' } });
    played.send(1600);
    expect(played.call.done).toEqual([
      ...['external 1600 at 0', 'external 1600 at 700 missing', 'pause at 900', 'unpause at 10900'],
      ...['external 1600 at 10900', 'external 1600 at 11100 breaks'],
    ]);
    played.session.transcript(event(5, { startMs: 11_000, endMs: 11_400, words: [] }));
    expect(played.said.at(-1)).toMatchObject({
      type: 'event',
      parameters: { entities: [{ data: { offset: 'PT1S', duration: 'PT0.4S' } }] },
    });
  });

  it('tells finals as transcripts, and nothing that the protocol has no shape for', () => {
    const played = opened();
    played.session.transcript(event(2));
    expect(played.said.at(-1)).toMatchObject({
      type: 'event',
      parameters: {
        entities: [
          {
            type: 'transcript',
            data: {
              id: ORGANIZATION,
              channel: 'external',
              isFinal: true,
              offset: 'PT1S',
              duration: 'PT0.8S',
              alternatives: [
                {
                  confidence: 0.8,
                  languages: ['en-US'],
                  interpretations: [
                    {
                      type: 'display',
                      transcript: 'my invoice',
                      tokens: [
                        { type: 'word', value: 'my', confidence: 0.9, offset: 'PT1S', duration: 'PT0.3S' },
                        { type: 'word', value: 'invoice', confidence: 0.7, offset: 'PT1.001S', duration: 'PT0.8S' },
                      ],
                    },
                  ],
                },
              ],
            },
          },
        ],
      },
    });
    played.session.transcript(event(3, { source: 'chat' }));
    played.session.transcript(event(4, { party: 'mixed' }));
    expect(played.said).toHaveLength(2);
    played.session.transcript(event(5, { party: 'agent', language: 'de' }));
    expect(JSON.stringify(played.said.at(-1))).toContain('"channel":"internal"');
    expect(JSON.stringify(played.said.at(-1))).not.toContain('languages');
  });

  it('an update cuts, and changes the language from there on; each transcript is told in its own', () => {
    const played = opened({ media: [{ type: 'audio', format: 'PCMU', channels: ['external'], rate: 8000 }] });
    played.send(8000);
    played.send({ type: 'update', parameters: { language: 'de-DE' } });
    played.send({ type: 'update', parameters: { language: 'de-DE' } });
    played.send(8000);
    // in a pause too
    played.send({ type: 'paused' });
    played.send({ type: 'update', parameters: { language: 'en-GB' } });
    expect(played.said.map(({ type }) => type)).toEqual(['opened', 'updated', 'updated', 'updated']);
    expect(played.call.done).toEqual([
      ...['external 8000 at 0', 'de-DE from 1000', 'external 8000 at 1000 breaks', 'pause at 2000', 'en-GB from 2000'],
    ]);
    const languageOf = (language: string) => {
      played.session.transcript(event(2, { language }));
      return JSON.stringify(played.said.at(-1)).match(/"languages":\["(.*?)"\]/)?.[1];
    };
    expect(['de', 'en', 'fr', 'de-AT'].map(languageOf)).toEqual(['de-DE', 'en-GB', undefined, 'de-AT']);
  });

  it('holds events while the client asks for fewer, and tells them before the end', () => {
    const played = opened();
    played.send({ type: 'error', parameters: { code: 429, message: 'slow down', retryAfter: 'PT3S' } });
    played.session.transcript(event(2));
    expect(played.said).toHaveLength(1);
    played.pass(2999);
    expect(played.said).toHaveLength(1);
    played.pass(1);
    expect(played.said.at(-1)?.type).toBe('event');
    played.send({ type: 'error', parameters: { code: 429, message: 'slow down', retryAfter: 'PT3S' } });
    played.session.transcript(event(3));
    played.send({ type: 'close', parameters: { reason: 'end' } });
    expect(played.said.map(({ type }) => type)).toEqual(['opened', 'event', 'event']);
  });

  it('says closed behind the last transcript', async () => {
    const played = opened();
    played.call.endsAtOnce = false;
    played.send({ type: 'close', parameters: { reason: 'end' } });
    played.session.transcript(event(2));
    played.session.ended('over');
    expect(played.said.map(({ type }) => type)).toEqual(['opened', 'event', 'closed']);
  });

  it('waits for a client that is to come back, and ends nothing', () => {
    for (const goes of [
      (played: Played) => played.session.lost(),
      (played: Played) => played.send({ type: 'close', parameters: { reason: 'reconnect' } }),
    ]) {
      const played = opened();
      goes(played);
      expect(played.call.done).toEqual(['leave']);
    }
  });

  it('asks the client to come back elsewhere when the service goes', () => {
    const played = opened();
    played.session.ended('moves');
    expect(played.said.at(-1)?.type).toBe('reconnect');
    played.send({ type: 'close', parameters: { reason: 'reconnect' } });
    expect(played.said.at(-1)?.type).toBe('closed');
    expect(played.call.done).toEqual([]);
  });

  it('goes on with a call: what was heard is not wanted, and not heard twice; what was not seen is told again', () => {
    let line: CallLine | undefined;
    const first = new Played((request, _listener, call) => {
      line = new CallLine(call, request.media, request.positionMs, 'en-US');
      return line;
    });
    first.send({ type: 'open', parameters: openParameters() });
    first.send(3200);
    first.session.transcript(event(2)); // serverseq 2
    first.session.transcript(event(4)); // serverseq 3
    first.session.lost();

    const asked: number[] = [];
    const id = 'e160e428-53e2-487c-977d-96989bf5c99d';
    const second = new Played((request, _listener, call) => {
      const seen = new Map(request.parameters.continuedSessions!.map((one) => [one.id, one.serverseq]));
      asked.push(line!.seenResult(seen));
      line!.call = call;
      return line!;
    }, id);
    second.positionMs = 100;
    const continuedSessions = [{ id: SESSION, serverseq: 2, clientseq: 1 }];
    second.send({ type: 'open', parameters: openParameters({ continuedSessions }) });
    expect(asked).toEqual([3]);
    expect(second.said[0]).toMatchObject({ type: 'opened', parameters: { discardTo: 'PT0.2S' } });
    second.send(800); // 100 to 150 ms: heard before
    second.send(1600); // 150 to 250 ms: the first half was
    expect(second.call.done).toEqual(['external 400 at 200', 'internal 400 at 200']);
  });

  it('what another connection has taken is not fed any more', () => {
    const played = opened();
    played.session.taken();
    played.send(3200);
    played.send({ type: 'close', parameters: { reason: 'reconnect' } });
    expect(played.said.map(({ type }) => type)).toEqual(['opened', 'closed']);
    expect(played.call.done).toEqual([]);
  });

  it.each([
    ['too_many_sessions', /^429: Refused/],
    ['session_exists', /^409: /],
    ['server_shutdown', /^503: /],
  ] as const)('says why no session can be had: %s', (code, info) => {
    const played = new Played(() => {
      throw new RapportError(code, 'Refused.');
    });
    played.send({ type: 'open', parameters: openParameters() });
    expect(played.said).toMatchObject([
      { type: 'disconnect', parameters: { reason: 'error', info: expect.stringMatching(info) } },
    ]);
  });

  it('does not wait for ever: not for open, not for the goodbye', () => {
    const { openTimeoutMs, goodbyeTimeoutMs } = AUDIOHOOK_DEFAULTS;
    const played = new Played();
    played.pass(openTimeoutMs);
    expect(played.said).toMatchObject([{ type: 'disconnect', parameters: { info: expect.stringMatching(/^408: /) } }]);
    expect(played.faults).toEqual([408]);
    played.pass(goodbyeTimeoutMs);
    expect(played.hungUp).toBe(1);
    played.send({ type: 'close', parameters: { reason: 'disconnect' } });
    expect(played.said).toHaveLength(1);
  });
});
