import { FRAME_MS, MAX_FRAMES, type ReferenceModel } from '../reference-model';
import { Command, pass, type Real } from './command';

/** Waits for the windows that must have come by now. */
export class Settle extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.isUp && !model.isPaused;
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

export class Ack extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.isUp;
  }
  async run(_model: ReferenceModel, { session }: Real): Promise<void> {
    session.json({ type: 'result.ack', seq: session.lastSeq });
  }
  toString(): string {
    return 'ack';
  }
}

/** From the next frame on nothing is heard; the microphone goes on for these frames all the same. */
export class Pause extends Command {
  constructor(private readonly frames: number) {
    super();
  }
  check(model: Readonly<ReferenceModel>): boolean {
    // A message of the same moment came before it or is sent again behind it: either is right.
    const saidMs = model.chats.at(-1)?.ptsMs ?? -1;
    const fits = model.made + this.frames <= MAX_FRAMES && saidMs < model.mediaMs;
    return model.phase !== 'ended' && !model.isPaused && fits;
  }
  async run(model: ReferenceModel, real: Real): Promise<void> {
    model.pause();
    if (model.isUp) real.session.sayLast(model);
    const made = model.make(this.frames);
    if (model.phase === 'up') model.sent = model.made;
    if (!model.isUp) return;
    for (const seq of made) {
      await real.session.credit(seq + 1);
      real.session.frame(seq);
    }
    await pass(model, real, FRAME_MS * made.length);
  }
  toString(): string {
    return `pause(${this.frames})`;
  }
}

export class Unpause extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.phase !== 'ended' && model.isPaused && !model.hasJustPaused;
  }
  async run(model: ReferenceModel, real: Real): Promise<void> {
    model.unpause();
    if (!model.isUp) return;
    real.session.sayLast(model);
    await pass(model, real, 0);
  }
  toString(): string {
    return 'unpause';
  }
}

/** The conversation is over: the whole of it is looked at. */
export class End extends Command {
  check(model: Readonly<ReferenceModel>): boolean {
    return model.isUp;
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
