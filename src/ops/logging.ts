import type { DynamicModule, LoggerService } from '@nestjs/common';
import { Logger, LoggerModule } from 'nestjs-pino';

/**
 * One JSON line an event on standard output. Messages are static, data goes into fields, and neither holds personal
 * data: no transcript, no frame, no name. Of a request only its number is told: pino-http would tell the headers, and with
 * them the key, and the address of the caller.
 */
export function loggingModule(level: string): DynamicModule {
  return LoggerModule.forRoot({ pinoHttp: { level, autoLogging: false, quietReqLogger: true } });
}

export const LOGGER: new (...args: never[]) => LoggerService = Logger;
