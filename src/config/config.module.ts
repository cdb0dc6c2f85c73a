import { type DynamicModule, Module } from '@nestjs/common';
import { CONFIG, type Config } from './config';
import { SERVICE_PARTS, type ServiceParts } from './service-parts';

/** Makes the configuration injectable everywhere. */
@Module({})
export class ConfigModule {
  static of(config: Config, parts: ServiceParts): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: SERVICE_PARTS, useValue: parts },
      ],
      exports: [CONFIG, SERVICE_PARTS],
    };
  }
}
