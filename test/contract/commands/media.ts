import { FRAME_MS, MAX_FRAMES, type ReferenceModel } from '../reference-model';
import { Command, pass, type Real } from './command';

/** The microphone goes on for so many frames. They are sent where there is a connection. */
export class Send extends Command {
  constructor(private readonly frames: number) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase !== 'ended' && model.made + this.frames <= MAX_FRAMES;
  }
  async run(model: ReferenceModel, real: Real): Promise<void> {
    const made = model.make(this.frames);
    const ms = FRAME_MS * made.length;
    if (model.phase === 'up') model.sent = model.made;
    // Nobody hears of it: the service waits, however long that takes, whether or not it knows that the line is dead.
    if (model.phase === 'down' || model.isDoomed) return real.service.clock.advance(ms);
    for (const seq of made) {
      await real.session.credit(seq + 1);
      real.session.frame(seq);
    }
    await pass(model, real, ms);
  }
  toString(): string {
    return `send(${this.frames})`;
  }
}

/** The network takes what is sent from here on, and tells nobody: only a cut brings that to light. */
export class Drop extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.isUp;
  }
  async run(model: ReferenceModel, { session }: Real): Promise<void> {
    session.stall();
    model.isDoomed = true;
  }
  toString(): string {
    return 'drop';
  }
}

/** Frames that were sent come once more, as a proxy might do. */
export class Duplicate extends Command {
  constructor(
    private readonly back: number,
    private readonly frames: number,
  ) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.isUp && model.sent - this.back > model.oldest;
  }
  async run(model: ReferenceModel, { session }: Real): Promise<void> {
    const from = model.sent - 1 - this.back;
    for (let seq = from; seq < Math.min(model.sent, from + this.frames); seq += 1) session.frame(seq);
  }
  toString(): string {
    return `duplicate(${this.back}, ${this.frames})`;
  }
}

/** The next frames come in this order. */
export class Reorder extends Command {
  constructor(private readonly order: readonly number[]) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.isUp && model.made + this.order.length <= MAX_FRAMES;
  }
  async run(model: ReferenceModel, real: Real): Promise<void> {
    const made = model.make(this.order.length);
    await real.session.credit(model.made);
    for (const at of this.order) real.session.frame(made[at]!);
    model.sent = model.made;
    await pass(model, real, FRAME_MS * made.length);
  }
  toString(): string {
    return `reorder(${this.order.join(' ')})`;
  }
}

export class Chat extends Command {
  constructor(private readonly party: 'customer' | 'agent') {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase !== 'ended' && model.chats.length < 8 && !model.isPaused;
  }
  async run(model: ReferenceModel, { session }: Real): Promise<void> {
    // Each message has a millisecond of its own.
    const chat = { messageId: `m-${model.chats.length}`, ptsMs: model.mediaMs + model.chats.length, party: this.party };
    model.chats.push(chat);
    if (model.isUp) session.chat(chat);
  }
  toString(): string {
    return `chat(${this.party})`;
  }
}
