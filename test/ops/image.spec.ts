import { ask } from '../support/ask-module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/compose';

interface Stage {
  readonly name: string;
  readonly from: string;
  readonly steps: readonly {
    readonly instruction: string;
    readonly flags: Record<string, string>;
    readonly words: string[];
  }[];
}

const stages = (text: string, target?: string): Stage[] =>
  ask(`
    import { readDockerfile, stagesFor } from './scripts/image/dockerfile.mjs';
    console.log(JSON.stringify(stagesFor(readDockerfile(${JSON.stringify(text)}), ${JSON.stringify(target)})));
  `);

test('a Dockerfile is read: comments, continued lines, lists, flags', () => {
  const text =
    '# a\nFROM base AS one\nRUN a && \\\n  b\nCOPY --from=zero --chown=x:y a b ./\n\nFROM one\nCMD ["node", "a b.js"]\n';
  expect(stages(text)).toEqual([
    {
      name: 'one',
      from: 'base',
      steps: [
        { instruction: 'RUN', flags: {}, words: ['a', '&&', 'b'], text: 'a &&    b' },
        { instruction: 'COPY', flags: { from: 'zero', chown: 'x:y' }, words: ['a', 'b', './'], text: 'a b ./' },
      ],
    },
    {
      name: '1',
      from: 'one',
      steps: [{ instruction: 'CMD', flags: {}, words: ['node', 'a b.js'], text: '["node", "a b.js"]' }],
    },
  ]);
});

test('only the stages that a target needs are gone through', () => {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  expect(stages(text).map(({ name }) => name)).toEqual(['build', 'dependencies', 'cpu']);
  expect(stages(text, 'gpu').map(({ name }) => name)).toEqual(['build', 'dependencies', 'gpu-dependencies', 'gpu']);
});

test('the context leaves out what .dockerignore names', () => {
  const paths = [
    'docs/a.md',
    'docs.md',
    'node_modules/x',
    'packages/a/node_modules/x',
    'packages/a/dist/x.js',
    'src/distance.ts',
    'a.tsbuildinfo',
    'models/x',
  ];
  const ignored: boolean[] = ask(`
    import { ignoredBy } from './scripts/image/build-context.mjs';
    const isIgnored = ignoredBy('**/node_modules\\n**/dist\\n# x\\n**/*.tsbuildinfo\\ndocs\\n');
    console.log(JSON.stringify(${JSON.stringify(paths)}.map(isIgnored)));
  `);
  expect(paths.filter((_, i) => ignored[i])).toEqual([
    'docs/a.md',
    'node_modules/x',
    'packages/a/node_modules/x',
    'packages/a/dist/x.js',
    'a.tsbuildinfo',
  ]);
});

test('production has what the service imports, and no tool of development', () => {
  const paths: string[] = ask(`
    import { productionPackages } from './scripts/image/rehearsal.mjs';
    console.log(JSON.stringify(productionPackages(process.cwd())));
  `);
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  for (const name of Object.keys(manifest.dependencies)) expect(paths).toContain(`node_modules/${name}`);
  const tools = ['jest', 'eslint', 'prettier', 'typescript', '@swc/core', 'dclint', '@asyncapi/specs'];
  for (const name of tools) expect([name, paths.includes(`node_modules/${name}`)]).toEqual([name, false]);
});
