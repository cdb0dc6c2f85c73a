import type { DoorSpec } from '@rapport-live/protocol';
import { ASTERISK_SPEC, AUDIO_SOCKET_SPEC } from './asterisk/asterisk-spec';
import { AUDIOHOOK_SPEC } from './audiohook/audiohook-spec';
import { HUME_AUDIO_SPEC, HUME_VIDEO_SPEC } from './hume/hume-specs';
import { JAMBONZ_SPEC } from './jambonz/jambonz-spec';
import { TWILIO_SPEC } from './twilio/twilio-spec';

/**
 * Doors that speak protocols of others, for the documents: each door puts a `DoorSpec` here, in a file of its own that
 * imports its message schemas and no more (`src/doors/NAME/NAME-spec.ts`). From it `npm run docs` writes
 * docs/asyncapi/NAME.json, the service serves `/docs/asyncapi-NAME.json` and a section of `/docs`, and the tests hold it
 * against AsyncAPI's own schema and the linter (docs/adr/0016-documents-from-schemas.md).
 */
export const DOOR_SPECS: readonly DoorSpec[] = [
  TWILIO_SPEC,
  AUDIOHOOK_SPEC,
  JAMBONZ_SPEC,
  ASTERISK_SPEC,
  AUDIO_SOCKET_SPEC,
  HUME_AUDIO_SPEC,
  HUME_VIDEO_SPEC,
];
