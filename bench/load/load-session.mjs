// One planned session against the service, with the SDK as any client has it. Sends are told when they are due; what comes
// back is timed from the moment that its media was due, not from when it left.
import { connect } from '../../packages/client/dist/index.js';
import { pieceOf } from './voice-track.mjs';

/** After session.end the service has 5 s to finish; then the connection is given up. */
const END_TIMEOUT_MS = 10_000;

export class LoadSession {
  /** {atMs: when the window or utterance ended, latencyMs}; times count from the start of the run. */
  assessments = [];
  finals = [];
  /** How long the service held a frame back (not ready, no credit), ms. */
  heldMs = [];
  seen = {};
  problems = [];
  /** Sends that are due before the session is ready. */
  #waiting = [];
  #session;
  #over;

  constructor(plan, recordings, { url, apiKey, language, chunkMs, startMs }) {
    Object.assign(this, { plan, recordings, url, apiKey, language, chunkMs, startMs });
    const { voice, video } = plan.has;
    const named = [
      voice && { kind: 'voice', party: 'customer', codec: 'pcm16le-16k' },
      voice && { kind: 'voice', party: 'agent', codec: 'pcm16le-16k' },
      video && { kind: 'video', party: 'customer', codec: 'jpeg' },
    ].filter(Boolean);
    this.streams = named.map((stream, i) => ({ streamId: i + 1, ...stream }));
    this.turns = Object.fromEntries(
      ['customer', 'agent'].map((party) => [
        party,
        plan.turns
          .filter((turn) => turn.party === party)
          .map((turn) => ({ ...turn, samples: recordings[party][turn.stretch] })),
      ]),
    );
  }

  /** Everything that this session does, each at its time. */
  items() {
    const { arrivalMs, endMs, sends } = this.plan;
    return [
      { atMs: arrivalMs, act: () => this.#arrive() },
      ...sends.map((send) => ({ atMs: arrivalMs + send.atMs, act: () => this.#send(send) })),
      { atMs: endMs, act: () => this.#end() },
    ];
  }

  async ended() {
    const late = new Promise((resolve) => setTimeout(resolve, END_TIMEOUT_MS, 'late').unref());
    if ((await Promise.race([this.#over, late])) !== 'late') return;
    this.problems.push('no end');
    this.#session?.abort();
  }

  #arrive() {
    this.#over = this.#converse().catch((error) => {
      this.problems.push(error.code ?? error.message);
    });
  }

  async #converse() {
    const channel = this.plan.has.video ? 'video' : this.plan.has.voice ? 'voice' : 'chat';
    const session = await connect({
      url: this.url,
      apiKey: this.apiKey,
      streams: this.streams,
      session: { channel, language: this.language, consent: { analysis: true } },
    });
    this.#session = session;
    for (const { send, askedMs } of this.#waiting.splice(0)) this.#transmit(send, askedMs);
    for await (const message of session) this.#onMessage(message);
  }

  #send(send) {
    const askedMs = performance.now();
    if (this.#session === undefined) this.#waiting.push({ send, askedMs });
    else this.#transmit(send, askedMs);
  }

  #transmit(send, askedMs) {
    const { ptsMs, kind } = send;
    if (kind === 'message') {
      const { party, text } = this.recordings.messages[send.message];
      this.#session.chat({ party, text, ptsMs });
      return;
    }
    const isVoice = kind === 'voice';
    const stream = this.streams.find((one) =>
      isVoice ? one.party === send.party && one.kind === 'voice' : one.kind === 'video',
    );
    const payload = isVoice ? pieceOf(this.turns[send.party], ptsMs, this.chunkMs) : this.recordings.stills[send.still];
    this.#session.send(stream.streamId, payload, ptsMs).then(
      () => this.heldMs.push(performance.now() - askedMs),
      () => {},
    );
  }

  #onMessage(message) {
    const type = message.event?.type ?? message.code;
    this.seen[type] = (this.seen[type] ?? 0) + 1;
    const data = message.event?.data;
    const nowMs = performance.now() - this.startMs;
    const timed = (mediaMs) => ({
      atMs: this.plan.arrivalMs + mediaMs,
      latencyMs: nowMs - this.plan.arrivalMs - mediaMs,
    });
    if (type === 'rapport.window.assessed') this.assessments.push(timed(data.windowEndMs));
    else if (type === 'rapport.transcript.final' && data.source === 'voice') this.finals.push(timed(data.endMs));
    else if (type === 'rapport.session.ended' && data.incomplete) this.problems.push('incomplete');
    else if (message.type === 'error') this.problems.push(message.code);
  }

  #end() {
    // without a session there is nothing to end: connect() rejects by itself
    this.#session?.end().catch(() => {});
  }
}
