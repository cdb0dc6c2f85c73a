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
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { Seats } from '../gateway/admission/seats';
import { SessionAdmission } from '../gateway/admission/session-admission';
import { Doorkeeper } from '../gateway/auth/doorkeeper';
import { FOREIGN_DOORS, type ForeignDoor } from '../gateway/foreign-door';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway/gateway-options';
import { GatewayModule } from '../gateway/gateway.module';
import { ResumableSessions } from '../gateway/resume/resumable-sessions';
import { faultLog } from '../ops/faults';
import { MeterModule } from '../ops/meter.module';
import type { DoorName } from '../facts/door-meter';
import { METER, type ServiceMeter } from '../ops/service-meter';
import { ModelsModule } from '../models/models.module';
import { CONVERSATION_HOST, ConversationHost } from '../pipeline/conversation-host';
import { INFERENCE_POOL, type InferencePool } from '../inference/inference-pool';
import { FUSION_ASSETS, type FusionAssets } from '../pipeline/fusion-assets';
import { AsteriskDoor } from './asterisk/asterisk-door';
import { AudioSocketServer } from './asterisk/audio-socket-server';
import { AudioHookDoor } from './audiohook/audiohook-door';
import { DoorCalls } from './door-calls';
import { HumeAudioDoor, HumeVideoDoor } from './hume/hume-doors';
import { JambonzDoor } from './jambonz/jambonz-door';
import { TwilioDoor } from './twilio/twilio-door';
import { type DoorProtocol, WebSocketDoor } from './web-socket-door';

/** Told of connections that were closed for an error. */
type DoorFaults = (door: DoorName, error: RapportError) => void;
const DOOR_FAULTS = Symbol('DoorFaults');
const DOOR_PROTOCOLS = Symbol('DoorProtocols');
/** Null: it is not switched on. */
export const AUDIO_SOCKET_SERVER = Symbol('AudioSocketServer');

/** The doors of other protocols, each where it is switched on (docs/doors.md). */
@Module({
  imports: [GatewayModule, MeterModule, ModelsModule],
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
    {
      provide: DOOR_PROTOCOLS,
      inject: [CONFIG, DoorCalls, INFERENCE_POOL, FUSION_ASSETS, SERVICE_PARTS, GATEWAY_OPTIONS, DOOR_FAULTS],
      useFactory: doorProtocols,
    },
    {
      provide: FOREIGN_DOORS,
      inject: [DOOR_PROTOCOLS, GATEWAY_OPTIONS, METER, DOOR_FAULTS],
      useFactory: webSocketDoors,
    },
    {
      provide: AUDIO_SOCKET_SERVER,
      inject: [CONFIG, DoorCalls, Seats, Doorkeeper, GATEWAY_OPTIONS, METER, DOOR_FAULTS],
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
    meter.doors[door].refused(code);
    logger.warn({ msg: 'a call was closed', door, code, why: message });
  };
}

function doorProtocols(
  { doors }: Config,
  calls: DoorCalls,
  pool: InferencePool,
  { calibration }: FusionAssets,
  { wallClock: now = Date.now }: ServiceParts,
  { startTimeoutMs }: GatewayOptions,
  onFault: DoorFaults,
): DoorProtocol[] {
  const protocols: DoorProtocol[] = [];
  if (doors.twilio !== undefined) protocols.push(new TwilioDoor(calls, doors.twilio));
  if (doors.jambonz) protocols.push(new JambonzDoor(calls));
  if (doors.asterisk) protocols.push(new AsteriskDoor(calls));
  if (doors.audiohook !== undefined) {
    const languages = pool.models.find(({ task }) => task === 'speech')?.languages ?? [];
    // before the door itself closes the connection, which has no word for it
    const options = { openTimeoutMs: 0.9 * startTimeoutMs };
    const told = (error: RapportError): void => onFault('audiohook', error);
    protocols.push(new AudioHookDoor({ calls, config: doors.audiohook, languages, now, options, onFault: told }));
  }
  if (doors.hume === true) {
    const parts = { calls, pool, calibration, onFault: (error: RapportError) => onFault('hume', error) };
    protocols.push(new HumeAudioDoor(parts), new HumeVideoDoor(parts));
  }
  return protocols;
}

function webSocketDoors(
  protocols: DoorProtocol[],
  options: GatewayOptions,
  { doors }: ServiceMeter,
  onFault: DoorFaults,
): ForeignDoor[] {
  return protocols.map((protocol) => {
    const { name } = protocol;
    return new WebSocketDoor(protocol, { options, meter: doors[name], onFault, onOwnFault: faultLog(name) });
  });
}

function audioSocket(
  { doors }: Config,
  calls: DoorCalls,
  seats: Seats,
  doorkeeper: Doorkeeper,
  options: GatewayOptions,
  meter: ServiceMeter,
  onFault: DoorFaults,
): AudioSocketServer | null {
  if (doors.audioSocket === undefined) return null;
  const name = 'audiosocket';
  return new AudioSocketServer(doors.audioSocket, {
    ...{ calls, seats, doorkeeper, options, meter: meter.doors[name], onOwnFault: faultLog(name) },
    onFault: (error) => onFault(name, error),
  });
}
