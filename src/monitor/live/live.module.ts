import { type BeforeApplicationShutdown, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { DeliveryModule } from '../../delivery/delivery.module';
import { RECORD_TAP, type RecordTap } from '../../delivery/record-tap';
import { RESULT_STORE, type ResultStore } from '../../delivery/result-feed';
import { Doorkeeper } from '../../gateway/auth/doorkeeper';
import { People } from '../../gateway/auth/people/people';
import { GatewayModule } from '../../gateway/gateway.module';
import { faultLog } from '../../ops/faults';
import { LiveFeed } from './live-feed';
import { LiveWall } from './live-wall';
import { OpenStreams } from './open-streams';
import { ViewerStreams } from './viewer-streams';
import { WallController } from './wall.controller';

/** The live wall: its picture and its streams (docs/dashboard.md). */
@Module({
  imports: [DeliveryModule, GatewayModule],
  controllers: [WallController],
  providers: [
    { provide: LiveWall, useFactory: () => new LiveWall() },
    { provide: OpenStreams, useFactory: () => new OpenStreams() },
    {
      provide: ViewerStreams,
      inject: [OpenStreams, People, Doorkeeper],
      useFactory: (open: OpenStreams, people: People, doorkeeper: Doorkeeper) =>
        new ViewerStreams(open, people, doorkeeper),
    },
    {
      provide: LiveFeed,
      inject: [RECORD_TAP, RESULT_STORE, LiveWall],
      useFactory: (tap: RecordTap, store: ResultStore, wall: LiveWall) =>
        new LiveFeed(tap, store, wall, faultLog('wall')),
    },
  ],
  exports: [ViewerStreams],
})
export class LiveModule implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    @Inject(LiveFeed) private readonly feed: LiveFeed,
    @Inject(OpenStreams) private readonly streams: OpenStreams,
  ) {}

  /** Before sessions of the process before go on, and before anybody can connect. */
  onModuleInit(): void {
    this.feed.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.streams.close();
    await this.feed.stop();
  }
}
