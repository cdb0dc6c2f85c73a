import type { Command } from './command';

const START = 'npm run rapport --';
const pad = (left: string, width: number, right: string): string => `  ${left.padEnd(width)}  ${right}`;

export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `Usage: ${START} COMMAND`,
    '',
    ...commands.map(({ name, summary }) => pad(name, width, summary)),
    '',
    `\`${START} COMMAND --help\` says more. \`npm start\` runs the service.`,
    '',
  ].join('\n');
}

export function helpOf({ name, usage, summary, notes = [], specs }: Command): string {
  const lines = Object.entries(specs).map(([option, { value, purpose, choices }]) => ({
    left: `--${option}${value === undefined ? '' : ` ${choices?.join('|') ?? value}`}`,
    purpose,
  }));
  const width = Math.max(0, ...lines.map(({ left }) => left.length));
  return [
    `Usage: ${START} ${`${name} ${usage}`.trim()}`,
    '',
    summary,
    ...notes.flatMap((note) => ['', note]),
    ...(lines.length === 0 ? [] : ['', ...lines.map(({ left, purpose }) => pad(left, width, purpose))]),
    '',
  ].join('\n');
}
