import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A test of paths relative to the context by the lines of a .dockerignore: names, `*` within one, `**` in front. */
export function ignoredBy(dockerignore) {
  const patterns = dockerignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (patterns.some((line) => line.startsWith('!'))) throw new Error('.dockerignore: "!" is not understood here');
  const expressions = patterns.map((line) => {
    const parts = line.replace(/^\/|\/$/g, '').split('/');
    const source = parts.map((part) => (part === '**' ? '(?:.*/)?' : `${nameExpression(part)}/`)).join('');
    return new RegExp(`^${source.replace(/\/$/, '')}(?:/|$)`);
  });
  return (path) => expressions.some((expression) => expression.test(path));
}

/** What a COPY of the context takes: `[from, to]`, both relative; `to` ends in the name that it gets in the target. */
export function sourcesOf(root, source, isIgnored) {
  const path = source.replace(/^\.\//, '').replace(/\/$/, '');
  const names = path.includes('*') ? matching(root, path) : [path];
  const found = names.filter((name) => !isIgnored(name));
  if (found.length === 0) throw new Error(`Dockerfile: COPY ${source} finds nothing`);
  return found.map((name) => ({ path: name, isFolder: lstatSync(join(root, name)).isDirectory() }));
}

/** `*` in the last part only, as in `tsconfig*.json`. */
function matching(root, pattern) {
  const expression = new RegExp(`^${nameExpression(pattern)}$`);
  return readdirSync(root).filter((name) => expression.test(name));
}

function nameExpression(part) {
  return part.replaceAll(/[.+^$()|[\]{}]/g, '\\$&').replaceAll('*', '[^/]*');
}
