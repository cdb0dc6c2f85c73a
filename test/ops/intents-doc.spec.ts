import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, errorSpec, INTENT_DOUBTS } from '@rapport-live/protocol';
import { INTENT_DEFAULTS } from '../../src/fusion/intent-options';
import { defaultGatewayOptions } from '../../src/gateway/gateway-options';

const doc = readFileSync(join(__dirname, '../../docs/intents.md'), 'utf8');
const { maxIntents, minExamples, maxExamples, maxExampleCharacters, minToldRight, maxTaken } = INTENT_DEFAULTS;

describe('docs/intents.md', () => {
  it('tells each code with its status, and each doubt', () => {
    const rows = [...doc.matchAll(/^\| `(\w+)` +\| (\d{3}) /gm)].map(([, code, http]) => [code, Number(http)]);
    expect(rows.length).toBe(13);
    for (const [code, http] of rows) expect([code, errorSpec(code as ErrorCode).http]).toEqual([code, http]);
    for (const doubt of INTENT_DOUBTS) expect(doc).toContain(`\`${doubt}\``);
  });

  it('states the bounds', () => {
    const { maxRequestBytes, bodyTimeoutMs } = defaultGatewayOptions(1);
    expect(doc).toContain(`- ${minExamples} to ${maxExamples}, each`);
    expect(doc).toContain(`At most ${maxExampleCharacters} characters`);
    expect(doc).toContain(`A tenant may have ${maxIntents}.`);
    expect(doc).toContain(`less than ${100 * minToldRight} %`);
    expect(doc).toContain(`more than ${100 * maxTaken} %`);
    expect(doc).toContain(`at most ${maxRequestBytes / 1024} KiB, within ${bodyTimeoutMs / 1000} s`);
  });
});
