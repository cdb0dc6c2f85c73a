// Reads the account that `npm start -- --once` printed and fails when it shows less than the README promises.
import { readFileSync } from 'node:fs';

const lines = readFileSync(process.argv[2], 'utf8').split('\n');
const assessed = lines.filter((line) => /^ *\d+:\d\d {2}\w+ +\d+ %/.test(line));
const intents = new Set(lines.flatMap((line) => [...line.matchAll(/-> wants (\w+)/g)].map(([, name]) => name)));
const counts = {
  assessments: [assessed.length, 60],
  'with voice': [assessed.filter((line) => !/voice +- /.test(line)).length, 20],
  'customer lines': [lines.filter((line) => /^ *\d+:\d\d {2}customer +"/.test(line)).length, 5],
  'agent lines': [lines.filter((line) => /^ *\d+:\d\d {2}agent +"/.test(line)).length, 5],
  intents: [intents.size, 2],
};
for (const [what, [seen, least]] of Object.entries(counts)) {
  console.log(`${seen < least ? 'TOO FEW' : 'ok'}: ${seen} ${what}, at least ${least}`);
}
console.log(`intents heard: ${[...intents].join(', ')}`);
process.exit(Object.values(counts).some(([seen, least]) => seen < least) ? 1 : 0);
