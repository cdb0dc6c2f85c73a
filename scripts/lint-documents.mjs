// Part of `npm run check`: docs/openapi.json and the AsyncAPI documents by a linter of others, which holds them against the
// specifications and against rules of good practice. It loads nothing from anywhere: the documents refer to nothing outside.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const DOORS = 'docs/asyncapi';
const doors = existsSync(DOORS) ? readdirSync(DOORS).map((name) => `${DOORS}/${name}`) : [];
const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    // What is open to everybody has nothing to refuse.
    'operation-4xx-response': 'off',
    // The upgrade to a WebSocket answers 101.
    'operation-2xx-response': 'off',
  },
});

let faults = 0;
for (const file of ['docs/openapi.json', 'docs/asyncapi.json', ...doors.sort()]) {
  const problems = await lintFromString({ source: readFileSync(file, 'utf8'), absoluteRef: resolve(file), config });
  faults += problems.length;
  for (const { ruleId, severity, message, location } of problems) {
    console.error(`${file}${location[0]?.pointer ?? ''}: ${message} (${ruleId}, ${severity})`);
  }
}
process.exit(faults > 0 ? 1 : 0);
