import fc from 'fast-check';
import type { ContractService } from './contract-service';
import { ContractSession } from './contract-session';
import { FRAME_MS, type ReferenceModel } from './reference-model';

/** What a run works on: the service, and the session that it holds there. */
export interface Real {
  readonly service: ContractService;
  session: ContractSession;
}

type Step = fc.AsyncCommand<ReferenceModel, Real>;

/** A run of more media is none the wiser, only longer: 12 s. */
const MAX_FRAMES = 75;
/** Frames up to this many ahead are held for those before them. */
const MAX_AHEAD = 16;

abstract class Command implements Step {
  abstract check(model: Readonly<ReferenceModel>): boolean;
  abstract run(model: ReferenceModel, real: Real): Promise<void>;
  abstract toString(): string;
}

/** The microphone goes on for so many frames. They are sent where there is a connection. */
class Send extends Command {
  constructor(private readonly frames: number) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase !== 'ended' && model.made + this.frames <= MAX_FRAMES;
  }
  async run(model: ReferenceModel, real: Real): Promise<void> {
    const made = model.make(this.frames);
    if (model.phase === 'down') {
      real.service.clock.advance(FRAME_MS * made.length);
      return;
    }
    model.sent = model.made;
    if (model.isDoomed) return;
    for (const seq of made) {
      await real.session.credit(seq + 1);
      real.session.frame(seq);
    }
    await pass(real, FRAME_MS * made.length);
  }
  toString(): string {
    return `send(${this.frames})`;
  }
}

/** Time goes by once the service has read what was sent, and never so much that a sender counts as idle. */
async function pass({ service, session }: Real, ms: number): Promise<void> {
  await session.heard();
  service.clock.advance(Math.min(ms, LONGEST_PAUSE_MS));
}
/** A stream is idle after 1 s. */
const LONGEST_PAUSE_MS = 800;

/** The network takes what is sent from here on, and tells nobody: only a cut brings that to light. */
class Drop extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up' && !model.isDoomed;
  }
  async run(model: ReferenceModel): Promise<void> {
    model.isDoomed = true;
  }
  toString(): string {
    return 'drop';
  }
}

/** Frames that were sent come once more, as a proxy might do. */
class Duplicate extends Command {
  constructor(
    private readonly back: number,
    private readonly frames: number,
  ) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up' && !model.isDoomed && model.sent > this.back;
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
class Reorder extends Command {
  constructor(private readonly order: readonly number[]) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up' && !model.isDoomed && model.made + this.order.length <= MAX_FRAMES;
  }
  async run(model: ReferenceModel, real: Real): Promise<void> {
    const made = model.make(this.order.length);
    await real.session.credit(model.made);
    for (const at of this.order) real.session.frame(made[at]!);
    model.sent = model.made;
    await pass(real, FRAME_MS * made.length);
  }
  toString(): string {
    return `reorder(${this.order.join(' ')})`;
  }
}

class Chat extends Command {
  constructor(private readonly party: 'customer' | 'agent') {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase !== 'ended' && model.phase !== 'new' && model.chats.length < 8;
  }
  async run(model: ReferenceModel, { session }: Real): Promise<void> {
    // Each message has a millisecond of its own.
    const chat = { messageId: `m-${model.chats.length}`, ptsMs: model.mediaMs + model.chats.length, party: this.party };
    model.chats.push(chat);
    if (model.phase === 'up' && !model.isDoomed) session.json({ type: 'chat.message', text: 'a word', ...chat });
  }
  toString(): string {
    return `chat(${this.party})`;
  }
}

/** Waits for the windows that must have come by now. */
class Settle extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up' && !model.isDoomed;
  }
  async run(model: ReferenceModel, { session }: Real): Promise<void> {
    const settledMs = model.sent * FRAME_MS - SETTLES_WITHIN_MS;
    const due = model.required().windowEndsMs.filter((endMs) => endMs <= settledMs);
    await session.until(
      (events) => {
        const ends = new Set(events.map(({ data }) => (data as { windowEndMs?: number }).windowEndMs));
        return due.every((endMs) => ends.has(endMs));
      },
      `windows up to ${due.at(-1)} ms of ${model.sent} frames`,
    );
  }
  toString(): string {
    return 'settle';
  }
}
/** Lateness, and what a stage may still hold of the newest sound. */
const SETTLES_WITHIN_MS = 800;

class Ack extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up' && !model.isDoomed;
  }
  async run(_model: ReferenceModel, { session }: Real): Promise<void> {
    session.json({ type: 'result.ack', seq: session.lastSeq });
  }
  toString(): string {
    return 'ack';
  }
}

class Cut extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up';
  }
  async run(model: ReferenceModel, { service, session }: Real): Promise<void> {
    await session.cut();
    // Until then it is a silent sender, and time would pass it by.
    await service.noticed();
    [model.phase, model.isDoomed] = ['down', false];
  }
  toString(): string {
    return 'cut';
  }
}

/** Comes back, or takes over from itself where it is still connected. */
class Resume extends Command {
  constructor(
    /** Results that it says it has not stored. */
    private readonly behind: number,
  ) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'down' || model.phase === 'up';
  }
  async run(model: ReferenceModel, { session }: Real): Promise<void> {
    const sentBefore = model.sent;
    const { streams } = await session.resume(model, 0, this.behind);
    [model.phase, model.isDoomed, model.sent] = ['up', false, model.made];
    await session.sendFrom(streams[0]!.nextSeq, sentBefore, model.made);
    for (const chat of model.chats) session.json({ type: 'chat.message', text: 'a word', ...chat });
  }
  toString(): string {
    return `resume(${this.behind})`;
  }
}

/** The process is killed; another one holds the session from what the disk knows. */
class Restart extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up' || model.phase === 'down';
  }
  async run(model: ReferenceModel, { service, session }: Real): Promise<void> {
    if (model.phase === 'up') await session.cut();
    [model.phase, model.isDoomed] = ['down', false];
    model.epoch += 1;
    await service.kill();
  }
  toString(): string {
    return 'restart';
  }
}

/** The conversation is over: the whole of it is looked at. */
class End extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up' && !model.isDoomed;
  }
  async run(model: ReferenceModel, { session }: Real): Promise<void> {
    model.phase = 'ended';
    await session.end();
    session.expectAll(model);
  }
  toString(): string {
    return 'end';
  }
}

/** Brings any run to its end, so that each is looked at as a whole. */
export async function finish(model: ReferenceModel, real: Real): Promise<void> {
  if (model.phase === 'ended') return;
  if (model.phase === 'down' || model.isDoomed) await new Resume(0).run(model, real);
  await new End().run(model, real);
}

export function commands(maxCommands: number): fc.Arbitrary<Iterable<Step>> {
  const order = fc.integer({ min: 2, max: MAX_AHEAD }).chain((length) =>
    fc.shuffledSubarray(
      Array.from({ length }, (_, i) => i),
      { minLength: length },
    ),
  );
  const once = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T>[] => Array(weight).fill(arbitrary);
  return fc.commands(
    [
      ...once(
        5,
        fc.integer({ min: 1, max: 24 }).map((frames) => new Send(frames)),
      ),
      ...once(1, fc.constant(new Drop())),
      ...once(
        1,
        fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 6 })).map(([back, n]) => new Duplicate(back, n)),
      ),
      ...once(
        1,
        order.map((one) => new Reorder(one)),
      ),
      ...once(
        2,
        fc.constantFrom('customer' as const, 'agent' as const).map((party) => new Chat(party)),
      ),
      ...once(1, fc.constant(new Settle())),
      ...once(1, fc.constant(new Ack())),
      ...once(2, fc.constant(new Cut())),
      ...once(
        4,
        fc.nat(3).map((behind) => new Resume(behind)),
      ),
      ...once(1, fc.constant(new Restart())),
      ...once(1, fc.constant(new End())),
    ],
    { maxCommands, size: 'max' },
  );
}

export async function begin(service: ContractService): Promise<Real> {
  const session = new ContractSession(service);
  await session.start();
  return { service, session };
}
