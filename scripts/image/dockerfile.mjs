/**
 * The stages of a Dockerfile, in order: `{name, from, steps: [{instruction, flags, words, text}]}`. Knows what ours
 * uses (docs.docker.com/reference/dockerfile): comments, continued lines, JSON lists, flags.
 */
export function readDockerfile(text) {
  const stages = [];
  for (const line of logicalLines(text)) {
    const [, instruction, rest] = /^(\S+)\s+(.*)$/s.exec(line) ?? [];
    if (instruction === undefined) throw new Error(`Dockerfile: cannot read "${line}"`);
    const step = readStep(instruction.toUpperCase(), rest);
    if (step.instruction !== 'FROM') {
      if (stages.length === 0) throw new Error(`Dockerfile: ${step.instruction} stands before FROM`);
      stages.at(-1).steps.push(step);
      continue;
    }
    const [from, as, name = String(stages.length)] = step.words;
    if (as !== undefined && as.toUpperCase() !== 'AS') throw new Error(`Dockerfile: cannot read "${line}"`);
    stages.push({ name, from, steps: [] });
  }
  return stages;
}

/** The stage and those that it is made from, in the order of the file. */
export function stagesFor(stages, target = stages.at(-1)?.name) {
  const wanted = new Set([target]);
  for (const { name, from, steps } of [...stages].reverse()) {
    if (!wanted.has(name)) continue;
    wanted.add(from);
    for (const { flags } of steps) if (flags.from !== undefined) wanted.add(flags.from);
  }
  const needed = stages.filter(({ name }) => wanted.has(name));
  if (needed.at(-1)?.name !== target) throw new Error(`Dockerfile: there is no stage "${target}"`);
  return needed;
}

function logicalLines(text) {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function readStep(instruction, rest) {
  const flags = {};
  let text = rest;
  for (let flag; (flag = /^--([\w-]+)(?:=(\S+))?\s+/.exec(text)); text = text.slice(flag[0].length)) {
    flags[flag[1]] = flag[2] ?? true;
  }
  const words = text.startsWith('[') ? JSON.parse(text) : text.split(/\s+/);
  return { instruction, flags, words, text };
}
