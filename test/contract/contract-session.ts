import {
  type CloudEvent,
  type ErrorCode,
  FrameFlag,
  type ServerMessage,
  type SessionReady,
  type SessionResumed,
  type TypedEvent,
} from '@rapport-live/protocol';
import { turns } from '../support/expected-results';
import { bytesOf } from '../support/sound';
import type { ContractService } from './contract-service';
import { faultOf, faultOfWhole, type Told } from './judgement';
import { FRAME_BYTES, FRAME_MS, FRAMES_A_TURN, type ReferenceModel } from './reference-model';
import { Wire } from './wire';

const STREAM_ID = 1;
const VOICE = { streamId: STREAM_ID, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
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

  private get told(): Told {
    return { sessionId: this.sessionId, results: this.results as readonly TypedEvent[] };
  }

  /** Frames below this need not be kept. */
  get acked(): number {
    return this.ackedSeq;
  }

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

  /** What the client takes from here on is lost on its way, and what it is sent too: also the pings of the service. */
  stall(): void {
    this.wire!.stall();
  }

  chat(message: ReferenceModel['chats'][number]): void {
    this.json({ type: 'chat.message', text: 'a word', ...message });
  }

  /** The newest word of a pause. */
  sayLast({ controls }: ReferenceModel): void {
    this.control(controls.at(-1)!);
  }

  /** Every word of a pause that has no answer. */
  sayAgain({ controls }: ReferenceModel): void {
    const answered = this.results.filter(({ data }) => (data as { kind?: string }).kind === 'pause').length;
    for (const control of controls.slice(answered)) this.control(control);
  }

  private control({ ptsMs, paused }: ReferenceModel['controls'][number]): void {
    this.json(paused ? { type: 'session.pause', ptsMs, reason: 'payment' } : { type: 'session.unpause', ptsMs });
  }

  /**
   * Goes on over a new connection. The older one, if there is one, must hear that it was taken over.
   * @param behind results that the client says it has not stored, though they came: they must come again, the same
   */
  async resume(model: ReferenceModel, behind = 0): Promise<SessionResumed> {
    const older = this.wire;
    const { oldest } = model;
    const shown = this.lastSeq;
    const wire = await this.connect();
    wire.json(this.resumeMessage(model, Math.max(0, shown - behind)));
    const answer = await wire.first('session.resumed');
    this.wire = wire;
    this.token = answer.resumeToken;
    const stream = answer.streams[0]!;
    this.limitBytes = stream.limitBytes;
    this.require(answer.epoch === model.epoch, `epoch ${answer.epoch} is ${model.epoch}`);
    this.require(stream.nextSeq <= model.made, `asked for frame ${stream.nextSeq} of ${model.made}`);
    // of one that has ended nothing is wanted: a process that came in between may know it as it was before what was lost
    const wantedFrom = stream.ended ? this.ackedSeq : Math.max(this.ackedSeq, oldest);
    this.require(stream.nextSeq >= wantedFrom, `asked for ${stream.nextSeq}, acked ${this.ackedSeq}`);
    this.require(stream.nextByteOffset === stream.nextSeq * FRAME_BYTES, 'byteOffset fits seq');
    this.require(answer.resultSeq >= shown, `resultSeq ${answer.resultSeq} holds what was shown`);
    if (older !== undefined) {
      older.heal();
      this.require(answer.tookOver, 'tookOver is told');
      const { status, reason } = await older.closed();
      this.require(status === 4409 && reason === 'session_taken_over', `the older connection closed with ${status}`);
    }
    return answer;
  }

  private resumeMessage({ oldest, made }: ReferenceModel, ackedResultSeq: number): object {
    const stream = {
      streamId: STREAM_ID,
      oldestSeq: oldest,
      oldestByteOffset: oldest * FRAME_BYTES,
      nextSeq: made,
      nextByteOffset: made * FRAME_BYTES,
    };
    const { sessionId, token: resumeToken } = this;
    return { type: 'session.resume', sessionId, resumeToken, ackedResultSeq, streams: [stream] };
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

  /** The window has passed: nobody is let in any more, and the session has ended by itself with what had come. */
  async expectExpired(model: ReferenceModel): Promise<void> {
    const late = await this.connect();
    this.expectedErrors.push('resume_expired');
    late.json(this.resumeMessage(model, this.lastSeq));
    const { status } = await late.closed();
    this.require(status === 4410 && this.expectedErrors.length === 0, `a late resume was closed with ${status}`);
    const observer = await this.connect();
    observer.json({ type: 'session.observe', sessionId: this.sessionId, afterResultSeq: 0 });
    await observer.until(
      () => this.fault !== undefined || this.results.at(-1)?.type === 'rapport.session.ended',
      'the end of a session that expired',
    );
    await observer.cut();
    this.fault ??= faultOf(model, this.told, model.required(model.arrived, model.chatsArrived), 'disconnected');
    this.check();
  }

  /** The whole of it, held against the model. */
  expectAll(model: ReferenceModel): void {
    this.fault ??= faultOfWhole(model, this.told);
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
        // A connection that comes after another is told again what the one before may not have brought.
        this.require(message.seq >= this.ackedSeq, `acked went from ${this.ackedSeq} to ${message.seq}`);
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
}
