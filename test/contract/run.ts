import fc from 'fast-check';
import type { Command, Real } from './commands/command';
import { Chat, Drop, Duplicate, Reorder, Send } from './commands/media';
import { Cut, EndUnread, Expire, Overflow, Restart, Resume } from './commands/network';
import { Ack, End, Pause, Settle, Unpause } from './commands/session';
import type { ContractService } from './contract-service';
import { ContractSession } from './contract-session';
import { ReferenceModel } from './reference-model';

/** Frames up to this many ahead are held for those before them. */
const MAX_AHEAD = 16;
export const MAX_COMMANDS = 24;

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const order = between(2, MAX_AHEAD).chain((length) =>
  fc.shuffledSubarray(
    Array.from({ length }, (_, i) => i),
    { minLength: length },
  ),
);

/** How often each is tried, against the others. */
const COMMANDS: readonly (readonly [number, fc.Arbitrary<Command>])[] = [
  [5, between(1, 24).map((frames) => new Send(frames))],
  [1, fc.constant(new Drop())],
  [1, fc.tuple(fc.nat(20), between(1, 6)).map(([back, frames]) => new Duplicate(back, frames))],
  [1, order.map((one) => new Reorder(one))],
  [2, fc.constantFrom('customer' as const, 'agent' as const).map((party) => new Chat(party))],
  [1, fc.constant(new Settle())],
  [1, fc.constant(new Ack())],
  [1, between(0, 8).map((frames) => new Pause(frames))],
  [1, fc.constant(new Unpause())],
  [2, fc.constant(new Cut())],
  [4, fc.nat(3).map((behind) => new Resume(behind))],
  [1, between(1, 4).map((left) => new Overflow(left))],
  [1, fc.constant(new Restart())],
  [1, fc.constant(new Expire())],
  [1, fc.constant(new End())],
  [1, fc.boolean().map((isKilled) => new EndUnread(isKilled))],
];

export const commands = (): fc.Arbitrary<Iterable<fc.AsyncCommand<ReferenceModel, Real>>> =>
  fc.commands(
    COMMANDS.flatMap(([weight, one]) => Array<fc.Arbitrary<Command>>(weight).fill(one)),
    { maxCommands: MAX_COMMANDS, size: 'max' },
  );

/** One session, from its start through these steps to its end, so that each is looked at as a whole. */
export async function runOnce(
  service: ContractService,
  steps: Iterable<fc.AsyncCommand<ReferenceModel, Real>>,
): Promise<void> {
  const model = new ReferenceModel();
  const session = new ContractSession(service);
  const real: Real = { service, session };
  try {
    await session.start();
    await fc.asyncModelRun(() => ({ model, real }), steps);
    if (model.phase === 'ended') return;
    if (!model.isUp) await new Resume(0).run(model, real);
    await new End().run(model, real);
  } finally {
    session.abandon();
  }
}
