import { RapportError, errorSpec } from '@rapport-live/protocol';
import { closest } from '../config/closest';
import { type Config, readConfig } from '../config/config';
import { sayUnknownSettings } from '../config/unknown-settings';
import { alertsReplay } from './alerts/replay';
import { analyze } from './analyze';
import type { Command, Surroundings } from './command';
import { configCommand } from './config';
import { correctionsExport } from './corrections';
import { eraseCommand } from './erase';
import { exportCommand } from './export';
import { helpOf, overview } from './help';
import { intentsAdd, intentsList, intentsRemove, intentsTest } from './intents/commands';
import { keysNew } from './keys';
import { modelsVerify } from './models-verify';
import { quarantineClear, quarantineList } from './quarantine';
import { EXIT, Refusal, misuse } from './refusal';
import { tail } from './tail';
import { usersAdd, usersList, usersPassword, usersRemove } from './users';

export const COMMANDS: readonly Command[] = [
  analyze,
  tail,
  exportCommand,
  eraseCommand,
  correctionsExport,
  intentsAdd,
  intentsTest,
  intentsList,
  intentsRemove,
  alertsReplay,
  keysNew,
  usersAdd,
  usersList,
  usersPassword,
  usersRemove,
  modelsVerify,
  quarantineList,
  quarantineClear,
  configCommand,
];

/** One Ctrl-C reaches us twice under npm: from the terminal, and passed on by npm. */
const ONE_PRESS_MS = 500;

/** Runs `rapport ARGV` with relative names counted from `folder`; resolves to the exit status. */
export async function run(argv: readonly string[], folder: string): Promise<number> {
  const stop = new AbortController();
  let firstMs: number | undefined;
  const onSignal = (): void => {
    const nowMs = performance.now();
    if (firstMs === undefined) stop.abort();
    else if (nowMs - firstMs > ONE_PRESS_MS) process.exit(EXIT.interrupted); // the second Ctrl-C: at once
    firstMs ??= nowMs;
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // `rapport tail | head`: who reads no more ends us, without a fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : 1));
  const { stdin, stdout, stderr } = process;
  let config: Config | undefined;
  const around: Surroundings = {
    folder,
    config: () => (config ??= configOf(stderr)),
    stdin,
    stdout,
    stderr,
    interrupted: stop.signal,
  };
  try {
    return await dispatch(argv, around);
  } catch (error) {
    const { sentence, exit } = told(error);
    stderr.write(`rapport: ${sentence}\n`);
    return exit;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function configOf(stderr: NodeJS.WritableStream): Config {
  sayUnknownSettings((line) => stderr.write(line));
  return readConfig();
}

async function dispatch(argv: readonly string[], around: Surroundings): Promise<number> {
  const [first] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    around.stdout.write(overview(COMMANDS));
    return first === undefined ? EXIT.usage : EXIT.ok;
  }
  const found = COMMANDS.find(({ name }) => name.split(' ').every((word, i) => argv[i] === word));
  if (found === undefined) throw unknownCommand(argv);
  const args = argv.slice(found.name.split(' ').length);
  if (args.includes('--help') || args.includes('-h')) {
    around.stdout.write(helpOf(found));
    return EXIT.ok;
  }
  return found.run(args, around);
}

function unknownCommand(argv: readonly string[]): Refusal {
  const names = COMMANDS.map(({ name }) => name);
  const whole = names.find((name) => name.startsWith(`${argv[0]} `)) ?? closest(argv[0]!, names);
  const hint = whole === undefined ? '' : ` Did you mean ${whole}?`;
  return misuse(`There is no command "${argv[0]}".${hint} \`npm run rapport -- --help\` lists them.`);
}

/** One sentence and the exit status. A fault of ours keeps its stack: it is to be reported. */
function told(error: unknown): { sentence: string; exit: number } {
  if (error instanceof Refusal) return { sentence: error.message, exit: error.exit };
  if (error instanceof RapportError) {
    const sentence = `${error.message.replace(/([^.])$/, '$1.')} ${error.advice} (${error.code})`;
    return { sentence, exit: errorSpec(error.code).exit ?? EXIT.failed };
  }
  return { sentence: error instanceof Error ? (error.stack ?? error.message) : String(error), exit: EXIT.failed };
}

if (require.main === module) {
  void run(process.argv.slice(2), process.cwd()).then((status) => (process.exitCode = status));
}
