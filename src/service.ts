import 'reflect-metadata';
import { Module, type INestApplication } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RapportError } from '@rapport-live/protocol';
import helmet from 'helmet';
import type { Config } from './config/config';
import { ConfigModule } from './config/config.module';
import { DoorsModule } from './doors/doors.module';
import { WebhooksModule } from './delivery/webhooks/webhooks.module';
import { StartPace } from './gateway/admission/start-pace';
import { Doorkeeper } from './gateway/auth/doorkeeper';
import { RightsGuard } from './gateway/auth/rights.guard';
import { DoorServer } from './gateway/door-server';
import { FOREIGN_DOORS, type ForeignDoor } from './gateway/foreign-door';
import { gatewayOptions } from './gateway/gateway-options';
import { GatewayModule } from './gateway/gateway.module';
import { HttpFaultFilter } from './gateway/http-fault.filter';
import { keepNoiseOut } from './gateway/noisy-sockets';
import { RapportWsAdapter } from './gateway/rapport-ws.adapter';
import { UpgradePolicy } from './gateway/upgrade-policy';
import { MonitorModule } from './monitor/monitor.module';
import { LOGGER, loggingModule } from './ops/logging';
import { METER, type ServiceMeter } from './ops/service-meter';
import { OpsModule } from './ops/ops.module';
import type { ServiceParts } from './config/service-parts';

@Module({})
class AppModule {
  static of(config: Config, parts: ServiceParts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(config, parts),
        loggingModule(config.logLevel),
        GatewayModule,
        DoorsModule,
        MonitorModule,
        WebhooksModule,
        OpsModule,
      ],
    };
  }
}

/** The whole service, ready to listen. Rejects with RapportError when it cannot start. */
export async function createService(config: Config, parts: ServiceParts = {}): Promise<INestApplication> {
  // Faults at start are told by the caller in one sentence; Nest must neither log them nor end the process.
  const options = gatewayOptions(config, parts);
  const app = await NestFactory.create(AppModule.of(config, parts), new DoorServer(options, config.tls), {
    bufferLogs: true,
    autoFlushLogs: false,
    abortOnError: false,
    // Bodies are read by who wants one, within bounds and for known callers only (gateway/request-body.ts).
    bodyParser: false,
  });
  app.useLogger(app.get(LOGGER));
  // Until this, Nest only collects: without it not a line would ever be written, and memory would grow by each.
  app.flushLogs();
  const [policy, meter] = [app.get(UpgradePolicy), app.get<ServiceMeter>(METER)];
  // Told to stay with TLS for a year only by who speaks it.
  app.use(helmet({ strictTransportSecurity: config.tls !== undefined }));
  keepNoiseOut(app.getHttpServer(), app.get(Doorkeeper), options);
  app.useGlobalGuards(new RightsGuard(app.get(Doorkeeper)));
  const doors = app.get<ForeignDoor[]>(FOREIGN_DOORS);
  const pace = app.get(StartPace);
  app.useWebSocketAdapter(new RapportWsAdapter(app, policy, options, meter, meter.doors.rapport, pace, doors));
  app.useGlobalFilters(new HttpFaultFilter(app.getHttpAdapter(), meter));
  return app;
}

/** Listens and says on which port. Rejects with RapportError `port_in_use`. */
export async function listen(app: INestApplication, config: Config): Promise<number> {
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new RapportError('port_in_use', `Port ${config.port} on ${config.host} is in use.`, { cause: error });
  }
  const address: { port: number } = app.getHttpServer().address();
  return address.port;
}
