import { describeSettings } from '../config/config';
import { unknownSettings } from '../config/unknown-settings';
import { command } from './command';
import { EXIT, misuse } from './refusal';
import { textTable } from './table';

export const configCommand = command(
  {
    name: 'config',
    usage: '',
    summary: 'Prints every setting with its value, where the value comes from and what it is for. Keys are masked.',
    specs: {},
  },
  async (operands, _options, { config, stdout }) => {
    if (operands.length > 0) throw misuse(`config takes no "${operands[0]}": settings are environment variables.`);
    config(); // a setting that cannot be used is told instead
    const rows = describeSettings().map(({ name, value, origin, purpose }) => [name, value, origin, purpose]);
    for (const { name, nearest } of unknownSettings()) {
      rows.push([name, '', 'environment', `NO SETTING${nearest === undefined ? '' : `: did you mean ${nearest}?`}`]);
    }
    stdout.write(`${textTable(['setting', 'value', 'from', 'what it is for'], rows)}\n`);
    return EXIT.ok;
  },
);
