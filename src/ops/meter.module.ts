import { Module } from '@nestjs/common';
import { METER, ServiceMeter } from './service-meter';

/** Gives METER: one for each service, so that two in a process do not count for each other. */
@Module({ providers: [{ provide: METER, useFactory: () => new ServiceMeter() }], exports: [METER] })
export class MeterModule {}
