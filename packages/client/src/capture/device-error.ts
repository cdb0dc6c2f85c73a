import { type ErrorCode, RapportError } from '@rapport-live/protocol';
import { browser, type MediaSource } from './browser';

export type DeviceKind = 'microphone' | 'camera';

/** Names of `DOMException`s of `getUserMedia` (Media Capture and Streams, section 10.2). */
const CODES: Readonly<Record<string, ErrorCode>> = {
  NotAllowedError: 'media_denied',
  SecurityError: 'media_denied',
  NotFoundError: 'media_missing',
  OverconstrainedError: 'media_missing',
  NotReadableError: 'media_busy',
  AbortError: 'media_busy',
};

/**
 * Asks the person, or the browser in their name, for a device. Rejects with RapportError `media_denied`, `media_missing`,
 * `media_busy` or `media_unsupported`, with what the browser said as its cause.
 */
export async function askFor(kind: DeviceKind, constraints: object): Promise<MediaSource> {
  const devices = browser().navigator?.mediaDevices;
  if (devices === undefined) {
    throw new RapportError('media_unsupported', `There is no navigator.mediaDevices here to ask for a ${kind}.`);
  }
  try {
    return await devices.getUserMedia(constraints);
  } catch (error) {
    throw deviceError(kind, error);
  }
}

export function deviceError(kind: DeviceKind, cause: unknown): RapportError {
  const { name = 'Error', message = '' } = cause as Partial<Error>;
  const code = CODES[name] ?? 'media_unsupported';
  return new RapportError(code, `The browser gave no ${kind}: ${name}${message === '' ? '' : `, ${message}`}.`, {
    cause,
  });
}

/** The part of the browser of that name. Throws RapportError `media_unsupported` where it is missing. */
export function required<K extends 'AudioContext' | 'AudioWorkletNode' | 'document'>(name: K) {
  const part = browser()[name];
  if (part === undefined) throw new RapportError('media_unsupported', `This browser has no ${name}.`);
  return part;
}
