import { nameOf, quarantined, QUARANTINE_DEFAULTS } from '../models/runtime/quarantine';
import { readSuspects, writeSuspects } from '../models/runtime/quarantine-file';
import { command } from './command';
import { EXIT, misuse, Refusal } from './refusal';
import { textList } from './table';

const ABOUT =
  'A job that was running in two crashes of the service is not run again: the window or transcript that it is for is announced as degraded.';

export const quarantineList = command(
  {
    name: 'quarantine list',
    usage: '',
    summary: 'Prints the jobs that are not run any more, since the service ended twice while they ran.',
    notes: [ABOUT],
    specs: {},
  },
  async (operands, _options, { config, stdout }) => {
    if (operands.length > 0) throw misuse(`quarantine list takes no "${operands[0]}".`);
    const listed = quarantined(await readSuspects(config().dataDir), Date.now(), QUARANTINE_DEFAULTS);
    const rows = listed.map((one) => [nameOf(one), `${one.crashes}`, new Date(one.lastAtMs).toISOString()]);
    stdout.write(textList(['job', 'crashes', 'last'], rows, [1]));
    return EXIT.ok;
  },
);

export const quarantineClear = command(
  {
    name: 'quarantine clear',
    usage: '[JOB]',
    summary: 'Takes a job off the list, or all of them: a running service takes it up at once.',
    notes: [ABOUT],
    specs: {},
  },
  async (operands, _options, { config, stdout }) => {
    if (operands.length > 1) throw misuse(`quarantine clear takes one job, not "${operands[1]}" too.`);
    const [name] = operands;
    const { dataDir } = config();
    const suspects = await readSuspects(dataDir);
    const left = name === undefined ? [] : suspects.filter((one) => nameOf(one) !== name);
    const cleared = quarantined(suspects, Date.now(), QUARANTINE_DEFAULTS).filter((one) => !left.includes(one));
    if (name !== undefined && cleared.length === 0) {
      throw new Refusal(`${name} is not on the list: \`npm run rapport -- quarantine list\` shows it.`);
    }
    if (left.length !== suspects.length) await writeSuspects(dataDir, left);
    stdout.write(
      cleared.length === 0 ? 'None.\n' : `${cleared.map((one) => `${nameOf(one)} is run again`).join('\n')}.\n`,
    );
    return EXIT.ok;
  },
);
