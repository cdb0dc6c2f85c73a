import { resolve } from 'node:path';
import type { Config } from '../config/config';
import { type OptionSpecs, type OptionValues, parseArguments } from './arguments';

/** Where a command runs: what it must not look up by itself. */
export interface Surroundings {
  /** Folder that relative names on the command line start from. */
  readonly folder: string;
  /** Reads and checks the settings; throws RapportError `config_invalid`. */
  readonly config: () => Config;
  /** Answers to questions. */
  readonly stdin: NodeJS.ReadStream;
  /** Results, for people or for a pipe. */
  readonly stdout: NodeJS.WriteStream;
  /** Progress and advice. */
  readonly stderr: NodeJS.WriteStream;
  /** Fires at the first Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** One command: what its help says, and what it does. Resolves to the exit status. */
export interface Command {
  readonly name: string;
  /** Behind the name in the help: `FILE... [options]`. */
  readonly usage: string;
  readonly summary: string;
  /** Further paragraphs of the help. */
  readonly notes?: readonly string[];
  readonly specs: OptionSpecs;
  readonly run: (args: readonly string[], around: Surroundings) => Promise<number>;
}

/** Ties the options of a command to the types that its action sees. */
export function command<S extends OptionSpecs>(
  told: Omit<Command, 'run' | 'specs'> & { readonly specs: S },
  action: (operands: readonly string[], options: OptionValues<S>, around: Surroundings) => Promise<number>,
): Command {
  return {
    ...told,
    run: (args, around) => {
      const { options, operands } = parseArguments(told.name, told.specs, args);
      return action(operands, options, around);
    },
  };
}

/** A name on the command line as an absolute path. */
export const pathOf = (around: Surroundings, name: string): string => resolve(around.folder, name);
