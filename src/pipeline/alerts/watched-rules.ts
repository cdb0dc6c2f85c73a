import { readFile, stat } from 'node:fs/promises';
import { type AlertRulesFile, RapportError } from '@rapport-live/protocol';
import { MAX_RULES_FILE_BYTES, parseRulesText } from '../../alerts/rule-text';
import type { SessionClock } from '../../streams/session-clock';

/** How often the file is looked at, ms. Looked at and not watched: a file that is replaced, or mounted, tells nobody. */
const LOOK_EVERY_MS = 1000;

export interface WatchedRulesDeps {
  readonly path: string;
  readonly clock: Pick<SessionClock, 'nowMs' | 'at'>;
  readonly onChange: (file: AlertRulesFile) => Promise<void>;
  /** Once for each state of the file that is of no use: the rules stay what they were. */
  readonly onFault: (fault: RapportError) => void;
}

/** The rules file of the service, read again whenever it has changed. */
export class WatchedRules {
  private cancel = (): void => {};
  private isStopped = false;
  private looking: Promise<void> = Promise.resolve();
  private text = '';
  private fault: string | undefined;

  private constructor(private readonly deps: WatchedRulesDeps) {}

  /** Rejects with `alert_rules_invalid` when the file is of no use at the start: there are no rules to keep. */
  static async open(
    deps: WatchedRulesDeps,
  ): Promise<{ readonly file: AlertRulesFile; readonly watched: WatchedRules }> {
    const watched = new WatchedRules(deps);
    watched.text = await readRules(deps.path);
    return { file: parseRulesText(watched.text, deps.path), watched };
  }

  start(): void {
    const { clock } = this.deps;
    if (this.isStopped) return;
    this.cancel = clock.at(clock.nowMs() + LOOK_EVERY_MS, () => {
      this.looking = this.look().finally(() => this.start());
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancel();
    await this.looking;
  }

  private async look(): Promise<void> {
    try {
      const text = await readRules(this.deps.path);
      if (text === this.text) return;
      this.text = text;
      const file = parseRulesText(text, this.deps.path);
      this.fault = undefined;
      await this.deps.onChange(file);
    } catch (error) {
      const fault =
        error instanceof RapportError ? error : new RapportError('internal', String(error), { cause: error });
      if (fault.message !== this.fault) this.deps.onFault(fault);
      this.fault = fault.message;
    }
  }
}

async function readRules(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_RULES_FILE_BYTES) return await readFile(path, 'utf8');
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    throw new RapportError('alert_rules_invalid', `${path} cannot be read (${code}).`, { cause });
  }
  throw new RapportError('alert_rules_invalid', `${path} has more than ${MAX_RULES_FILE_BYTES} bytes.`);
}
