import type { IncomingMessage, ServerResponse } from 'node:http';

export interface EventStreamOptions {
  /**
   * Written and not yet taken by the reader; above, nothing more is written until it has taken it. Not below the high-water mark
   * of a response, or that is never told. Default 256 KiB.
   */
  readonly maxBufferedBytes: number;
  /** Between two comments that say that the line is alive, ms. Default 10 s. */
  readonly keepAliveMs: number;
  /** Then it ends, and whoever comes back has shown again who it is, ms. Default 5 min. */
  readonly maxAgeMs: number;
}

/** Whether who reads may still: asked with each comment. */
export type MayGoOn = () => Promise<boolean>;

export const EVENT_STREAM_DEFAULTS: EventStreamOptions = {
  maxBufferedBytes: 256 * 1024,
  keepAliveMs: 10_000,
  maxAgeMs: 300_000,
};

/** One answer of server-sent events (HTML Standard, section 9.2). Ends with its reader, the right of who reads, its age or `end`. */
export class EventStream {
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;
  private readonly endsAtMs: number;
  private readonly enders: (() => void)[] = [];

  constructor(
    { method }: Pick<IncomingMessage, 'method'>,
    private readonly response: ServerResponse,
    private readonly mayGoOn: MayGoOn = () => Promise.resolve(true),
    private readonly options: EventStreamOptions = EVENT_STREAM_DEFAULTS,
  ) {
    this.endsAtMs = performance.now() + options.maxAgeMs;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // or nginx keeps back what is to be seen now
      'x-accel-buffering': 'no',
    });
    response.once('close', () => this.finish());
    if (method === 'HEAD') this.end();
    else this.comment('rapport');
  }

  get isEnded(): boolean {
    return this.isOver;
  }

  /** False: the reader is behind, and nothing was written; `onDrain` tells when it is no more. */
  send(event: string, data: object, id?: number): boolean {
    if (this.isOver || this.isBehind) return false;
    this.response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    return true;
  }

  get isBehind(): boolean {
    return this.response.writableLength > this.options.maxBufferedBytes;
  }

  /** Called each time that the reader has taken everything. */
  onDrain(action: () => void): void {
    this.response.on('drain', action);
  }

  /** Called once; at once when it is over already. */
  onEnd(action: () => void): void {
    if (this.isOver) action();
    else this.enders.push(action);
  }

  end(): void {
    if (this.isOver) return;
    this.response.end();
    this.finish();
  }

  private comment(text: string): void {
    if (!this.isBehind) this.response.write(`: ${text}\n\n`);
    const nowMs = performance.now();
    const nextMs = Math.min(nowMs + this.options.keepAliveMs, this.endsAtMs);
    this.timer = setTimeout(() => void this.goOn(), Math.max(0, nextMs - nowMs));
  }

  private async goOn(): Promise<void> {
    const isOpen = performance.now() < this.endsAtMs && (await this.mayGoOn().catch(() => false));
    if (this.isOver) return;
    if (isOpen) this.comment('alive');
    else this.end();
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    for (const action of this.enders.splice(0)) action();
  }
}
