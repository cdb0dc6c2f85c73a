import type { KafkaTrouble, KafkaTroubleCode } from './kafka-trouble';
import type { SinkLog } from './result-sink';

/** What is also said when the cause is one of the others: a broker that refuses us closes the connection. */
const VAGUE: ReadonlySet<KafkaTroubleCode> = new Set(['unreachable', 'other']);

/**
 * Whether Kafka takes our records now, and why not. The log hears of a trouble once and of its end once, however often
 * it is tried in between, and although other partitions or topics succeed meanwhile: a trouble is over when something
 * succeeds and nothing has failed for `steadyMs`.
 */
export class TroubleState {
  /** The last exchange succeeded. */
  connected = false;
  private present: KafkaTrouble | undefined;
  private last: KafkaTrouble | undefined;
  private failedAtMs = -Infinity;

  constructor(
    private readonly log: Partial<Pick<SinkLog, 'trouble' | 'recovered'>>,
    /** Longer than any wait between two attempts. */
    private readonly steadyMs: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  failed(trouble: KafkaTrouble): void {
    if (trouble.code !== 'offset') this.connected = false;
    this.failedAtMs = this.nowMs();
    const told = this.present?.code;
    if (told === trouble.code || (told !== undefined && VAGUE.has(trouble.code))) return;
    this.present = trouble;
    this.last = trouble;
    this.log.trouble?.(trouble.code, trouble.message);
  }

  succeeded(): void {
    this.connected = true;
    if (this.present === undefined || !this.isSteady()) return;
    this.present = undefined;
    this.log.recovered?.();
  }

  shown(): { trouble?: KafkaTroubleCode; lastError?: string } {
    const { present, last } = this;
    const isOver = present === undefined || (this.connected && this.isSteady());
    return {
      ...(isOver ? {} : { trouble: present.code }),
      ...(last === undefined ? {} : { lastError: last.message }),
    };
  }

  private isSteady(): boolean {
    return this.nowMs() - this.failedAtMs >= this.steadyMs;
  }
}
