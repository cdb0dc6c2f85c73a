import { Module } from '@nestjs/common';
import { ReadinessParts } from './readiness-parts';

@Module({ providers: [ReadinessParts], exports: [ReadinessParts] })
export class ReadinessModule {}
