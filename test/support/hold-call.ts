import type { ConnectOptions } from '@rapport-live/client';
import { play } from '../../src/demo/play';
import type { SampleCall } from '../../src/demo/sample-call';
import { HeardSession } from './heard-session';

/** Where a call goes: a service in this process or in another. */
export interface Door {
  readonly url: string;
  readonly key: string;
}

export function openCall(
  door: Door,
  call: SampleCall,
  pace: number,
  start: Partial<ConnectOptions> = {},
): Promise<HeardSession> {
  return HeardSession.open({ url: door.url, apiKey: door.key, streams: [...call.streams], pace, ...start });
}

/**
 * Streams a whole call and waits for its end. A test that shares its thread with the service sends at `speed`, faster
 * than the `pace` it declares: pauses of the thread are then no silence of the sender. With `heardMs` it ends only once
 * a window of that time has come: a slow machine may be further behind than the 5 s that the end allows.
 */
export async function holdCall(
  door: Door,
  call: SampleCall,
  {
    pace,
    speed = pace,
    heardMs = 0,
    ...start
  }: Partial<ConnectOptions> & {
    readonly pace: number;
    readonly speed?: number;
    readonly heardMs?: number;
  },
): Promise<HeardSession> {
  const heard = await openCall(door, call, pace, start);
  await play(heard.session, call, speed);
  if (heardMs > 0) await heard.until(({ windows }) => (windows.at(-1)?.windowEndMs ?? 0) >= heardMs);
  await heard.end();
  return heard;
}
