import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CorrectedExample, CorrectionList } from '@rapport-live/protocol';
import { command, pathOf } from './command';
import { EXIT, misuse, Refusal } from './refusal';
import { DOOR_OPTIONS, ServiceDoor } from './service-door';
import { trainingTexts } from './training-texts';

const specs = {
  ...DOOR_OPTIONS,
  out: { value: 'FOLDER', purpose: 'writes texts/index.csv into it instead, as training reads it' },
} as const;

export const correctionsExport = command(
  {
    name: 'corrections export',
    usage: '[options]',
    summary: 'Writes what supervisors corrected as JSON Lines: an example a line, to train and measure with.',
    notes: ['Talks to the running service, with a key that has the scope admin; docs/history.md says what a line has.'],
    specs,
  },
  async (operands, { out, ...options }, around) => {
    if (operands.length > 0) throw misuse(`corrections export takes no "${operands[0]}".`);
    const door = new ServiceDoor(options, around.config(), around.interrupted);
    if (out === undefined) {
      for await (const one of allOf(door)) around.stdout.write(`${JSON.stringify(one)}\n`);
      return EXIT.ok;
    }
    const corrections: CorrectedExample[] = [];
    for await (const one of allOf(door)) corrections.push(one);
    const { csv, rows, leftOut } = trainingTexts(corrections);
    if (rows === 0) throw new Refusal('No utterance of a customer was corrected yet: there is nothing to train on.');
    const path = join(pathOf(around, out), 'texts', 'index.csv');
    write(path, csv);
    around.stderr.write(
      `${rows} turns are in ${path}` +
        `${leftOut === 0 ? '' : `; left out: ${leftOut} corrections of windows, of agents or out of scope`}.\n` +
        `Next: python -m rapport_training.check_data texts --data ${out}\n`,
    );
    return EXIT.ok;
  },
);

async function* allOf(door: ServiceDoor): AsyncGenerator<CorrectedExample> {
  let cursor = '';
  do {
    const { corrections, next } = await door.ask('GET', `/v1/corrections?limit=200${cursor}`, CorrectionList);
    yield* corrections;
    cursor = next === undefined ? '' : `&cursor=${next}`;
  } while (cursor !== '');
}

/** Never over what is there: it may be labelled by hand. */
function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new Refusal(`${path} is there already: move it away, or name another folder with --out.`);
    throw new Refusal(`${path} cannot be written (${code}): choose another folder with --out.`);
  }
}
