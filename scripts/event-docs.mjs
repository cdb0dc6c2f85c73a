// Part of `npm run docs`: what is made of the schemas of packages/protocol. `--check` only says what differs.
//
//   packages/protocol/schemas/TYPE/vN.json   JSON Schema of the data of an event, and vN.avsc of one that is durable:
//                                            the file of a version is written once and never changed
//   docs/asyncapi.json                       every channel, message and header
//   docs/asyncapi/DOOR.json                  the same of each door that speaks a protocol of others
//   docs/openapi.json                        every endpoint
//   docs/events.md                           its tables: <!-- events:NAME --> ... <!-- /events -->
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import prettier from 'prettier';
import { inTables } from './events/tables.mjs';
import { releasedFiles } from './events/released-files.mjs';

const require = createRequire(import.meta.url);
require('../test/delivery/support/register-swc.cjs');
const protocol = require('../packages/protocol/src/index.ts');
const { asyncApiDocument, doorDocument, openApiDocument } = protocol;
const { DOOR_SPECS } = require('../src/doors/door-specs.ts');

const isCheck = process.argv.includes('--check');
const faults = [];

for (const { path, value, version, type } of releasedFiles(protocol)) {
  const text = await pretty(JSON.stringify(value), path, 'json');
  if (!existsSync(path)) write(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    faults.push(
      `${path} is released and the schema of ${type} is another now: give it version ${version + 1} in packages/protocol/src/event-table.ts, then \`npm run docs\`.`,
    );
  }
}
const { version } = JSON.parse(readFileSync('packages/protocol/package.json', 'utf8'));
await document('docs/asyncapi.json', asyncApiDocument(version));
for (const door of DOOR_SPECS) await document(`docs/asyncapi/${door.name}.json`, doorDocument(door, version));
await document('docs/openapi.json', openApiDocument(version));
const page = 'docs/events.md';
replace(page, await pretty(inTables(readFileSync(page, 'utf8'), protocol), page, 'markdown'));

for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);

async function document(path, value) {
  replace(path, await pretty(JSON.stringify(value), path, 'json'));
}

function replace(path, text) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) write(path, text);
}

function write(path, text) {
  if (isCheck) return faults.push(`${path} is not what the schemas say: run \`npm run docs\`.`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}

async function pretty(text, path, parser) {
  return prettier.format(text, { ...(await prettier.resolveConfig(path)), parser });
}
