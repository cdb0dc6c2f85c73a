import { command, pathOf, type Surroundings } from '../command';
import { EXIT, misuse, Refusal } from '../refusal';
import { DOOR_OPTIONS, type DoorOptions, ServiceDoor } from '../service-door';
import { textTable } from '../table';
import { readExamples } from './examples-file';
import { IntentsDoor } from './intents-door';
import { isConfirmed } from '../question';
import { reportText } from './report-text';

const EXAMPLES = {
  examples: { value: 'FILE', purpose: 'one example a line, 5 or more, as customers say it' },
} as const;
const ABOUT =
  'Talks to the running service, whose model tells the effect and in whose sessions it is live: docs/intents.md.';

export const intentsAdd = command(
  {
    name: 'intents add',
    usage: 'NAME --examples FILE [options]',
    summary: 'Adds an intent of your own, or replaces it: shows the effect, asks, and puts it live.',
    notes: [ABOUT],
    specs: {
      ...EXAMPLES,
      yes: { purpose: 'do not ask, but still refuse what is not recommended' },
      force: { purpose: 'also what is not recommended' },
      ...DOOR_OPTIONS,
    },
  },
  async (operands, options, around) => {
    const name = onlyName('intents add', operands);
    const examples = examplesOf('intents add', options.examples, around);
    const door = doorOf(options, around);
    const { preview, report } = await door.preview(name, examples);
    around.stdout.write(`${reportText(report)}\n`);
    const force = options.force === true;
    if (!report.recommended && !force) {
      throw new Refusal(`${name} is not live: change the examples, or add --force.`);
    }
    if (options.yes !== true && !(await isConfirmed(`Put ${name} live?`, around))) {
      throw new Refusal(`${name} is not live, nothing has changed: answer y, or add --yes.`);
    }
    const { replaced } = await door.put(name, { examples, preview, force });
    const instead = replaced ? ', in place of the one before' : '';
    around.stdout.write(`${name} is live${instead}: open sessions know it from now on.\n`);
    return EXIT.ok;
  },
);

export const intentsTest = command(
  {
    name: 'intents test',
    usage: 'NAME --examples FILE [options]',
    summary: 'Shows what an intent of your own would do; changes nothing.',
    notes: [ABOUT, 'Exit status 1 when it is not recommended.'],
    specs: { ...EXAMPLES, ...DOOR_OPTIONS },
  },
  async (operands, options, around) => {
    const name = onlyName('intents test', operands);
    const examples = examplesOf('intents test', options.examples, around);
    const { report } = await doorOf(options, around).preview(name, examples);
    around.stdout.write(reportText(report));
    return report.recommended ? EXIT.ok : EXIT.failed;
  },
);

export const intentsList = command(
  {
    name: 'intents list',
    usage: '[options]',
    summary: 'Lists the intents of your own, and the names of those that everyone has.',
    specs: DOOR_OPTIONS,
  },
  async (operands, options, around) => {
    if (operands.length > 0) throw misuse(`intents list takes no "${operands[0]}".`);
    const { intents, defaults } = await doorOf(options, around).list();
    const rows = intents.map(({ name, examples, toldRight, changedAt }) => [
      ...[name, String(examples), `${Math.round(100 * toldRight)} %`, changedAt],
    ]);
    const own = textTable(['intent', 'examples', 'told right', 'live since'], rows, [1, 2]);
    around.stdout.write(`${intents.length === 0 ? 'No intents of your own.' : own}\n\n`);
    around.stdout.write(`Default intents: ${defaults.join(', ')}.\n`);
    return EXIT.ok;
  },
);

export const intentsRemove = command(
  {
    name: 'intents remove',
    usage: 'NAME [options]',
    summary: 'Removes an intent of your own; its examples are deleted.',
    specs: DOOR_OPTIONS,
  },
  async (operands, options, around) => {
    const name = onlyName('intents remove', operands);
    await doorOf(options, around).remove(name);
    around.stdout.write(`${name} is removed.\n`);
    return EXIT.ok;
  },
);

function doorOf(options: DoorOptions, around: Surroundings): IntentsDoor {
  return new IntentsDoor(new ServiceDoor(options, around.config(), around.interrupted));
}

function onlyName(commandName: string, operands: readonly string[]): string {
  const [name, second] = operands;
  if (name === undefined) throw misuse(`${commandName} needs the NAME of the intent.`);
  if (second !== undefined) throw misuse(`${commandName} takes one NAME, not also "${second}".`);
  return name;
}

function examplesOf(commandName: string, file: string | undefined, around: Surroundings): string[] {
  if (file === undefined) throw misuse(`${commandName} needs --examples FILE, with one example a line.`);
  return readExamples(pathOf(around, file));
}
