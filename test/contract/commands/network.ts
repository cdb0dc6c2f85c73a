import type { ReferenceModel } from '../reference-model';
import { Command, type Real } from './command';

export class Cut extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up';
  }
  async run(model: ReferenceModel, { session }: Real): Promise<void> {
    await session.cut();
    model.down();
  }
  toString(): string {
    return 'cut';
  }
}

/** Comes back, or takes over from itself where it is still connected. */
export class Resume extends Command {
  constructor(
    /** Results that it says it has not stored. */
    private readonly behind: number,
  ) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'down' || model.phase === 'up';
  }
  run(model: ReferenceModel, real: Real): Promise<void> {
    return comeBack(model, real, this.behind);
  }
  toString(): string {
    return `resume(${this.behind})`;
  }
}

/** Comes back with a replay buffer that has overflowed: only the newest frames are left. */
export class Overflow extends Command {
  constructor(private readonly left: number) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    const oldest = model.made - this.left;
    // what is in no buffer any more does not come back into one
    const overflows = oldest > model.arrived && oldest >= model.oldest;
    return (model.phase === 'down' || model.isDoomed) && !model.isPaused && overflows;
  }
  async run(model: ReferenceModel, real: Real): Promise<void> {
    model.overflow(model.made - this.left);
    await comeBack(model, real, 0);
  }
  toString(): string {
    return `overflow(${this.left})`;
  }
}

async function comeBack(model: ReferenceModel, { session }: Real, behind: number): Promise<void> {
  const sentBefore = model.sent;
  const { streams } = await session.resume(model, behind);
  model.up();
  if (streams[0]!.ended) return; // its end came before the loss: nothing is lacking
  // Before any media: what is private must not be kept until the word of it comes.
  session.sayAgain(model);
  await session.sendFrom(streams[0]!.nextSeq, sentBefore, model.made);
  for (const chat of model.chats) session.chat(chat);
}

/** The process is killed; another one holds the session from what the disk knows. */
export class Restart extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'up' || model.phase === 'down';
  }
  async run(model: ReferenceModel, { service, session }: Real): Promise<void> {
    if (model.phase === 'up') await session.cut();
    model.restarted(session.acked);
    await service.kill();
  }
  toString(): string {
    return 'restart';
  }
}

/** The end is said, and the connection is lost before what comes of it is read; or the process is. */
export class EndUnread extends Command {
  constructor(private readonly isKilled: boolean) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    return model.isUp;
  }
  async run(model: ReferenceModel, real: Real): Promise<void> {
    const { service, session } = real;
    session.json({ type: 'session.end' });
    await session.cut();
    model.down();
    if (this.isKilled) {
      model.restarted(session.acked);
      await service.kill();
    }
    await comeBack(model, real, 0);
    model.phase = 'ended';
    await session.end();
    session.expectAll(model);
  }
  toString(): string {
    return this.isKilled ? 'endKilled' : 'endCut';
  }
}

/** Nobody comes back within the window: the session ends by itself, and what it had is there for who watches. */
export class Expire extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase === 'down';
  }
  async run(model: ReferenceModel, { service, session }: Real): Promise<void> {
    await service.noticed();
    model.phase = 'ended';
    for (let ms = 0; ms < RESUME_WINDOW_MS; ms += STEP_MS) {
      service.clock.advance(STEP_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await session.expectExpired(model);
  }
  toString(): string {
    return 'expire';
  }
}
const RESUME_WINDOW_MS = 60_000;
/** What the passing of time sets going is answered before it looks late: from 1.5 s on the service thinks it is overloaded. */
const STEP_MS = 500;
