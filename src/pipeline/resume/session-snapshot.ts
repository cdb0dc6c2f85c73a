import type { SessionStart } from '@rapport-live/protocol';
import { crc32cHex } from '../../delivery/crc32c';
import type { StreamSpec } from '../../facts/media-chunk';
import type { SessionState } from '../../fusion/session-state';
import type { StreamStart } from '../../streams/resume/restored-streams';

const FORMAT_NAME = 'rapport-session';
const FORMAT_VERSION = 1;

/** Most bytes of one snapshot: the state (rule 8: 64 KiB) and what stands around it. */
export const MAX_SNAPSHOT_BYTES = 96 * 1024;

/** A stream, and where it goes on. */
export interface StreamSnapshot extends StreamStart {
  readonly spec: StreamSpec;
}

/** All that a session needs to go on after its process: no media, no words but those that are in its durable results. */
export interface SessionSnapshot {
  readonly tenant: string;
  readonly sessionId: string;
  readonly traceparent?: string;
  readonly dataKey?: string;
  /** Of the process that wrote it. */
  readonly epoch: number;
  readonly start: SessionStart;
  /** Wall clock, RFC 3339: media time counts from here. */
  readonly startedAt: string;
  /** The results of every hop up to here are durable, and in `state`. */
  readonly hopEndMs: number;
  /** Newest result that `state` knows of. */
  readonly resultSeq: number;
  readonly state: SessionState;
  readonly streams: readonly StreamSnapshot[];
  /** What the door keeps of it: digests of tokens. */
  readonly door: unknown;
}

/** One line that names format, version and the CRC-32C of what follows, then JSON: readable, as the outbox is (ADR 0005). */
export function encodeSnapshot(snapshotJson: string): Buffer {
  const json = Buffer.from(snapshotJson);
  return Buffer.concat([Buffer.from(`${FORMAT_NAME} ${FORMAT_VERSION} ${crc32cHex(json)}\n`), json, Buffer.from('\n')]);
}

/** Null for what is no snapshot of this version, or not whole: its session cannot be resumed. */
export function decodeSnapshot(bytes: Buffer): SessionSnapshot | null {
  const feed = bytes.indexOf(0x0a);
  if (feed < 0 || feed > 64 || bytes.length > MAX_SNAPSHOT_BYTES + 64) return null;
  const [name, version, crc] = bytes.toString('latin1', 0, feed).split(' ');
  if (name !== FORMAT_NAME || version !== String(FORMAT_VERSION)) return null;
  const json = bytes.subarray(feed + 1, bytes.length - 1);
  if (crc !== crc32cHex(json)) return null;
  return JSON.parse(json.toString('utf8')) as SessionSnapshot;
}
