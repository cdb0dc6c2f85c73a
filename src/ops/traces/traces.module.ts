import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config';
import { recordingTracer, SESSION_TRACER, UNRECORDED } from './session-tracers';
import { SPAN_EXPORT, type SpanExport } from './span-export';

/** Gives SESSION_TRACER and SPAN_EXPORT, which is null when nothing is exported: the libraries are then not loaded. */
@Module({
  providers: [
    {
      provide: SPAN_EXPORT,
      inject: [CONFIG],
      useFactory: async ({ traces }: Config): Promise<SpanExport | null> =>
        traces === undefined ? null : (await import('./open-telemetry.js')).openTelemetry(traces),
    },
    {
      provide: SESSION_TRACER,
      inject: [SPAN_EXPORT],
      useFactory: (spans: SpanExport | null) => (spans === null ? UNRECORDED : recordingTracer(spans)),
    },
  ],
  exports: [SPAN_EXPORT, SESSION_TRACER],
})
export class TracesModule implements OnApplicationShutdown {
  private readonly logger = new Logger('Traces');

  constructor(@Inject(SPAN_EXPORT) private readonly spans: SpanExport | null) {}

  /** The sessions have ended by now, and with them their spans. */
  async onApplicationShutdown(): Promise<void> {
    const left = (await this.spans?.shutdown()) ?? 0;
    if (left > 0) this.logger.warn({ msg: 'the last spans could not be exported', spans: left });
  }
}
