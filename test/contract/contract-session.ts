import {
  type CloudEvent,
  type ErrorCode,
  FrameFlag,
  type ServerMessage,
  type SessionReady,
  type SessionResumed,
} from '@rapport-live/protocol';
import { resultId, turns } from '../support/expected-results';
import { bytesOf } from '../support/sound';
import type { ContractService } from './contract-service';
import { FRAME_BYTES, FRAME_MS, FRAMES_A_TURN, type ReferenceModel } from './reference-model';
import { Wire } from './wire';

const STREAM_ID = 1;
const VOICE = { streamId: STREAM_ID, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const TENANT = 'development';
const ONE_TURN = bytesOf(turns(1));

/** One session as its client sees it, over as many connections as it takes. Each message is held against the contract. */
export class ContractSession {
  private wire: Wire | undefined;
  private sessionId = '';
  private token = '';
  private readonly results: CloudEvent[] = [];
  private readonly ids = new Set<string>();
  private limitBytes = 0;
  private ackedSeq = 0;
  private pings = 0;
  private connections = 0;
  /** Errors that the next commands may bring. */
  private readonly expectedErrors: ErrorCode[] = [];
  private fault: Error | undefined;

  constructor(private readonly service: ContractService) {}

  get lastSeq(): number {
    return this.results.length;
  }

  /** Frames that the credit has room for. */
  get room(): number {
    return Math.floor(this.limitBytes / FRAME_BYTES);
  }

  async start(): Promise<void> {
    this.wire = await this.connect();
    this.wire.json({ type: 'session.start', session: { language: 'en' }, streams: [VOICE] });
    const ready: SessionReady = await this.wire.first('session.ready');
    this.sessionId = ready.sessionId;
    this.token = ready.resumeToken ?? '';
    this.limitBytes = ready.credits[0]!.limitBytes;
    this.require(ready.epoch === 0 && this.token !== '', 'session.ready with a token, in epoch 0');
  }

  frame(seq: number, flags = 0): void {
    const turnByte = (seq % FRAMES_A_TURN) * FRAME_BYTES;
    const payload = ONE_TURN.subarray(turnByte, turnByte + FRAME_BYTES);
    const header = { flags, streamId: STREAM_ID, seq, ptsUs: seq * FRAME_MS * 1000, byteOffset: seq * FRAME_BYTES };
    this.wire!.frame(header, payload);
  }

  json(message: object): void {
    this.wire!.json(message);
  }

  /** The service has read all that was sent before: its answer to a ping shows it. */
  async heard(): Promise<void> {
    const wire = this.wire!;
    const ref = `heard-${this.pings++}`;
    wire.json({ type: 'ping', ref });
    await wire.until(() => wire.received.some((message) => message.type === 'pong' && message.ref === ref), ref);
  }

  /** Waits until there is credit for all frames below `seq`. */
  async credit(seq: number): Promise<void> {
    await this.wire!.until(() => this.room >= seq, `credit for frame ${seq - 1}`);
  }

  async cut(): Promise<void> {
    await this.wire!.cut();
    this.wire = undefined;
    this.check();
  }

  /**
   * Goes on over a new connection. The older one, if there is one, must hear that it was taken over.
   * @param behind results that the client says it has not stored, though they came: they must come again, the same
   */
  async resume(model: ReferenceModel, oldest: number, behind = 0): Promise<SessionResumed> {
    const older = this.wire;
    const shown = this.lastSeq;
    const ackedResultSeq = Math.max(0, shown - behind);
    const wire = await this.connect();
    wire.json({
      type: 'session.resume',
      sessionId: this.sessionId,
      resumeToken: this.token,
      ackedResultSeq,
      streams: [
        {
          streamId: STREAM_ID,
          oldestSeq: oldest,
          oldestByteOffset: oldest * FRAME_BYTES,
          nextSeq: model.made,
          nextByteOffset: model.made * FRAME_BYTES,
        },
      ],
    });
    const answer = await wire.first('session.resumed');
    this.wire = wire;
    this.token = answer.resumeToken;
    const stream = answer.streams[0]!;
    this.limitBytes = stream.limitBytes;
    this.require(answer.epoch === model.epoch, `epoch ${answer.epoch} is ${model.epoch}`);
    this.require(stream.nextSeq <= model.made, `asked for frame ${stream.nextSeq} of ${model.made}`);
    this.require(
      stream.nextSeq >= Math.max(this.ackedSeq, oldest),
      `asked for ${stream.nextSeq}, acked ${this.ackedSeq}`,
    );
    this.require(stream.nextByteOffset === stream.nextSeq * FRAME_BYTES, 'byteOffset fits seq');
    this.require(answer.resultSeq >= shown, `resultSeq ${answer.resultSeq} holds what was shown`);
    if (older !== undefined) {
      this.require(answer.tookOver, 'tookOver is told');
      const { status, reason } = await older.closed();
      this.require(status === 4409 && reason === 'session_taken_over', `the older connection closed with ${status}`);
    }
    return answer;
  }

  /** Sends again what the service lacks, then what is new, as credit lets it. */
  async sendFrom(nextSeq: number, sentBefore: number, made: number): Promise<void> {
    for (let seq = nextSeq; seq < made; seq += 1) {
      await this.credit(seq + 1);
      this.frame(seq, seq < sentBefore ? FrameFlag.retransmit : 0);
    }
  }

  async until(holds: (events: readonly CloudEvent[]) => boolean, what: string): Promise<void> {
    await this.wire!.until(() => this.fault !== undefined || holds(this.results), what);
    this.check();
  }

  async end(): Promise<void> {
    this.json({ type: 'session.end' });
    const { status } = await this.wire!.closed();
    this.require(status === 1000, `the end closed with ${status}`);
    this.check();
  }

  /** The whole of it, held against the model: nothing lost, nothing doubled, nothing else. */
  expectAll(model: ReferenceModel): void {
    const session = { tenant: TENANT, sessionId: this.sessionId };
    const { windowEndsMs, utteranceStartsMs, chatMs } = model.required();
    const voice = 'customer-voice-1';
    const required = [
      ['started', resultId(session, 'rapport.session.started', 'started')],
      ...windowEndsMs.map((ms) => [`window ${ms}`, resultId(session, 'rapport.window.assessed', ms)]),
      ...utteranceStartsMs.map((ms) => [`utterance ${ms}`, resultId(session, 'rapport.transcript.final', voice, ms)]),
      ...chatMs.map((ms) => [`chat ${ms}`, resultId(session, 'rapport.transcript.final', 'chat', ms)]),
      ['ended', resultId(session, 'rapport.session.ended', 'ended')],
    ] as [string, string][];
    const missing = required.filter(([, id]) => !this.ids.has(id)).map(([what]) => what);
    this.require(missing.length === 0, `lost: ${missing.join(', ')}`);
    const finals = this.results.filter(({ type }) => type === 'rapport.transcript.final');
    if (model.lost.length === 0) {
      const expected = utteranceStartsMs.length + chatMs.length;
      const what = finals.map(({ data }) => JSON.stringify(data)).join('\n');
      this.require(finals.length === expected, `${finals.length} finals for ${expected}:\n${what}`);
      const updates = this.results.filter(({ type }) => type === 'rapport.session.updated');
      this.require(
        updates.length === 0,
        `nothing was lost or shed: ${JSON.stringify(updates.map(({ data }) => data))}`,
      );
    }
    const lastMs = Math.ceil(Math.max(model.mediaMs, ...chatMs.map((ms) => ms + 1)) / 1000) * 1000;
    for (const { type, data } of this.results) {
      const { windowEndMs = 0 } = data as { windowEndMs?: number };
      this.require(windowEndMs <= lastMs, `${type} of ${windowEndMs}, behind the end at ${lastMs}`);
      this.require(type !== 'rapport.window.degraded', `a window was skipped: ${JSON.stringify(data)}`);
    }
    const last = this.results.at(-1)!;
    this.require(last.type === 'rapport.session.ended', `the last is ${last.type}`);
    this.require((last.data as { incomplete: boolean }).incomplete === false, 'incomplete is false');
    this.check();
  }

  abandon(): void {
    void this.wire?.cut();
  }

  private connect(): Promise<Wire> {
    const connection = ++this.connections;
    return Wire.open(this.service.url, this.service.key, (message) => {
      // What an older connection still brings is older than the answer over the new one.
      if (message.type === 'result' || connection === this.connections) this.onMessage(message);
    });
  }

  /** What holds of every message, whenever it comes. */
  private onMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'result': {
        const known = this.results[message.seq - 1];
        if (known !== undefined) return this.require(known.id === message.event.id, `result ${message.seq} changed`);
        this.require(message.seq === this.lastSeq + 1, `result ${message.seq} behind ${this.lastSeq}`);
        this.require(!this.ids.has(message.event.id), `${message.event.type} ${message.event.id} came twice`);
        this.ids.add(message.event.id);
        this.results.push(message.event);
        return;
      }
      case 'media.acked':
        this.require(message.seq > this.ackedSeq, `acked went from ${this.ackedSeq} to ${message.seq}`);
        this.ackedSeq = message.seq;
        return;
      case 'credit':
        this.require(
          message.limitBytes > this.limitBytes,
          `credit went from ${this.limitBytes} to ${message.limitBytes}`,
        );
        this.limitBytes = message.limitBytes;
        return;
      case 'error': {
        const at = this.expectedErrors.indexOf(message.code);
        this.require(at >= 0, `error ${message.code}: ${message.message}`);
        this.expectedErrors.splice(at, 1);
      }
    }
  }

  private require(holds: boolean, what: string): void {
    if (!holds) this.fault ??= new Error(what);
  }

  /** Throws what broke the contract since. */
  private check(): void {
    if (this.fault !== undefined) throw this.fault;
  }

  expectError(code: ErrorCode): void {
    this.expectedErrors.push(code);
  }
}
