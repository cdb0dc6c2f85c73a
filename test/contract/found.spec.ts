import type { Command } from './commands/command';
import { Chat, Drop, Reorder, Send } from './commands/media';
import { Cut, EndUnread, Overflow, Restart, Resume } from './commands/network';
import { Ack, Pause, Unpause } from './commands/session';
import { ContractService } from './contract-service';
import { runOnce } from './run';

/** What the contract test found, by what was wrong, in the steps that showed it. */
const FOUND: readonly (readonly [string, readonly Command[]])[] = [
  [
    // Seed 1, session 1,475: the place of the cut was counted in samples from where the sound began again.
    'an utterance that was open at a restart began late by the pause that lies before it, under another id',
    [
      ...[new Send(6), new Resume(2), new Send(11), new Pause(2), new Unpause(), new Ack()],
      ...[
        new Reorder([1, 3, 6, 5, 4, 2, 0, 7]),
        new Send(2),
        new Resume(2),
        new Cut(),
        new Chat('agent'),
        new Restart(),
      ],
    ],
  ],
  [
    // The process had no frame to begin from but the one behind the gap.
    'a gap that was declared before any media was never told, when the process died before a second had passed',
    [new Cut(), new Send(12), new Overflow(2), new Restart()],
  ],
  [
    // Seed 1, session 696: the lane of a new process has heard nothing yet.
    'a gap behind a restart was told from the beginning of the session on, not from where the stream goes on',
    [
      ...[new Send(5), new Send(17), new Drop(), new Send(11), new Resume(3), new Drop()],
      ...[new Overflow(1), new Restart(), new Send(9)],
    ],
  ],
  [
    // Seed 20261129, session 5,206: what was dropped for the pause had not come, so the chat seemed 10 s ahead, by a millisecond or two.
    'a message behind a pause of more than 10 s was taken to be of the pause, and dropped, where media comes faster than time',
    [
      ...[new Pause(0), new Send(19), new Send(19), new Send(19), new Send(18)],
      ...[new Restart(), new Unpause(), new Chat('customer')],
    ],
  ],
  [
    // Seed 27182818, session 3,667: a frame of which a pause left nothing was taken to begin where the one before it did.
    'a gap behind a restart was told from before the pause that the stream goes on in',
    [
      ...[new Send(1), new Pause(6), new Unpause(), new Send(12), new Reorder([1, 3, 2, 4, 0, 6, 7, 5])],
      ...[new Resume(0), new Restart(), new Overflow(1), new Resume(0)],
    ],
  ],
  [
    'the end was lost on a client that was cut off before it read it, with its process',
    [new Send(20), new EndUnread(true)],
  ],
  ['the same, of its connection alone', [new Send(20), new Chat('customer'), new EndUnread(false)]],
];

describe('the contract of a session, where it was broken once', () => {
  let service: ContractService;
  beforeAll(async () => (service = await ContractService.start()));
  afterAll(() => service.close());

  it.each(FOUND)('bug: %s', (_what, steps) => runOnce(service, steps));
});
