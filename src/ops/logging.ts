import type { DynamicModule, LoggerService } from '@nestjs/common';
import { Logger, LoggerModule } from 'nestjs-pino';

/**
 * One JSON line an event on standard output. Messages are static, data goes into fields, and neither holds personal
 * data: no transcript, no frame, no name.
 */
export function loggingModule(level: string): DynamicModule {
  return LoggerModule.forRoot({ pinoHttp: { level, autoLogging: false } });
}

export const LOGGER: new (...args: never[]) => LoggerService = Logger;
