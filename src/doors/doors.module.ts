import {
  type BeforeApplicationShutdown,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { RapportError } from '@rapport-live/protocol';
import { CONFIG, type Config } from '../config/config';
import { Seats } from '../gateway/admission/seats';
import { SessionAdmission } from '../gateway/admission/session-admission';
import { Doorkeeper } from '../gateway/auth/doorkeeper';
import { FOREIGN_DOORS, type ForeignDoor } from '../gateway/foreign-door';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway/gateway-options';
import { GatewayModule } from '../gateway/gateway.module';
import { ResumableSessions } from '../gateway/resume/resumable-sessions';
import { faultLog } from '../ops/faults';
import { MeterModule } from '../ops/meter.module';
import { METER, type ServiceMeter } from '../ops/service-meter';
import { CONVERSATION_HOST, ConversationHost } from '../pipeline/conversation-host';
import { AsteriskDoor } from './asterisk/asterisk-door';
import { AudioSocketServer } from './asterisk/audio-socket-server';
import { DoorCalls } from './door-calls';
import { JambonzDoor } from './jambonz/jambonz-door';
import { TwilioDoor } from './twilio/twilio-door';
import { type DoorProtocol, WebSocketDoor } from './web-socket-door';

/** Told of connections that were closed for an error. */
type DoorFaults = (door: string, error: RapportError) => void;
const DOOR_FAULTS = Symbol('DoorFaults');
/** Null: it is not switched on. */
export const AUDIO_SOCKET_SERVER = Symbol('AudioSocketServer');

/** The doors of other protocols, each where it is switched on (docs/doors.md). */
@Module({
  imports: [GatewayModule, MeterModule],
  providers: [
    { provide: DOOR_FAULTS, inject: [METER], useFactory: doorFaults },
    {
      provide: DoorCalls,
      inject: [SessionAdmission, CONVERSATION_HOST, ResumableSessions, METER],
      useFactory: (
        admission: SessionAdmission,
        host: ConversationHost,
        resumable: ResumableSessions,
        meter: ServiceMeter,
      ) => new DoorCalls(admission, host, resumable, meter),
    },
    { provide: FOREIGN_DOORS, inject: [CONFIG, DoorCalls, GATEWAY_OPTIONS, DOOR_FAULTS], useFactory: webSocketDoors },
    {
      provide: AUDIO_SOCKET_SERVER,
      inject: [CONFIG, DoorCalls, Seats, Doorkeeper, GATEWAY_OPTIONS, DOOR_FAULTS],
      useFactory: audioSocket,
    },
  ],
  exports: [FOREIGN_DOORS, AUDIO_SOCKET_SERVER],
})
export class DoorsModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Doors');

  constructor(
    private readonly calls: DoorCalls,
    @Inject(AUDIO_SOCKET_SERVER) private readonly audioSocket: AudioSocketServer | null,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.audioSocket === null) return;
    await this.audioSocket.listen();
    this.logger.log({ msg: 'AudioSocket is taken', port: this.audioSocket.port });
  }

  /** While lines are still open, and before the gateway ends or keeps the other sessions. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.calls.endOneWay();
  }

  /** By now its calls are over. */
  async onApplicationShutdown(): Promise<void> {
    await this.audioSocket?.close();
  }
}

/** Whoever runs such a system reads our log, and may see no close status: one line for each call that failed. */
function doorFaults(meter: ServiceMeter): DoorFaults {
  const logger = new Logger('Doors');
  return (door, { code, message }) => {
    meter.error(code);
    logger.warn({ msg: 'a call was closed', door, code, why: message });
  };
}

function webSocketDoors(
  { doors }: Config,
  calls: DoorCalls,
  options: GatewayOptions,
  onFault: DoorFaults,
): ForeignDoor[] {
  const protocols: DoorProtocol[] = [];
  if (doors.twilio !== undefined) protocols.push(new TwilioDoor(calls, doors.twilio));
  if (doors.jambonz) protocols.push(new JambonzDoor(calls));
  if (doors.asterisk) protocols.push(new AsteriskDoor(calls));
  return protocols.map(
    (protocol) => new WebSocketDoor(protocol, { options, onFault, onOwnFault: faultLog(protocol.name) }),
  );
}

function audioSocket(
  { doors }: Config,
  calls: DoorCalls,
  seats: Seats,
  doorkeeper: Doorkeeper,
  options: GatewayOptions,
  onFault: DoorFaults,
): AudioSocketServer | null {
  if (doors.audioSocket === undefined) return null;
  const name = 'audiosocket';
  return new AudioSocketServer(doors.audioSocket, {
    ...{ calls, seats, doorkeeper, options, onOwnFault: faultLog(name) },
    onFault: (error) => onFault(name, error),
  });
}
