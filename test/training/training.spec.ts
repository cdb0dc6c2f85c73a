import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingForPytest, PYTHON, TRAINING } from './python';

/** For all Python tests together: two minutes alone; .ci/run gives them what other suites leave of the cores. */
const PYTEST_LIMIT_MS = 25 * 60_000;

interface PythonTest {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What pytest says of a failure or the reason of a skip. */
  readonly told: string;
}

const unescaped = (text: string) =>
  text
    .replaceAll(/&#x?([0-9A-Fa-f]+);/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** The cases of a JUnit report: `<testcase classname name time/>` or with a `<failure>`, `<error>` or `<skipped>` inside. */
function testCases(xml: string): PythonTest[] {
  return [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(([, attributes, inside = '']) => {
    const attribute = (name: string) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes!)?.[1] ?? '';
    const inner = /<(failure|error|skipped)[^>]*message="([^"]*)"[^>]*>([\s\S]*)/.exec(inside);
    const outcome = !inner ? 'passed' : inner[1] === 'skipped' ? 'skipped' : 'failed';
    const file = attribute('classname') || attribute('name');
    return {
      name: unescaped(`${file.split('.').at(-1)} ${attribute('name')}`),
      outcome,
      told: unescaped(outcome === 'failed' ? inner![3]! : (inner?.[2] ?? '')),
    };
  });
}

function runPytest(): PythonTest[] {
  const dir = mkdtempSync(join(tmpdir(), 'rapport-pytest-'));
  const report = join(dir, 'report.xml');
  // One thread each: Jest runs other suites beside this one.
  const run = spawnSync(PYTHON, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', `--junitxml=${report}`], {
    cwd: TRAINING,
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    timeout: PYTEST_LIMIT_MS,
  });
  try {
    return testCases(readFileSync(report, 'utf8'));
  } catch {
    return [
      { name: 'pytest', outcome: 'failed', told: `status ${run.status}: ${run.error ?? ''}${run.stdout}${run.stderr}` },
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const missing = missingForPytest();

/** Every Python test is a test here, so that the closing line counts it; Jest wants them named before they run. */
describe(`training/tests${missing ? ` (skipped: ${missing})` : ''}`, () => {
  if (missing) {
    for (const file of readdirSync(join(TRAINING, 'tests')).filter((name) => name.startsWith('test_')))
      it.skip(file, () => {});
    return;
  }
  for (const { name, outcome, told } of runPytest()) {
    if (outcome === 'skipped') it.skip(`${name} (${told})`, () => {});
    else it(name, () => expect({ outcome, told }).toEqual({ outcome: 'passed', told: '' }));
  }
});
