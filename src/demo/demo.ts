import { parseArgs } from 'node:util';
import { connect } from '@rapport-live/client';
import type { TypedEvent } from '@rapport-live/protocol';
import { DEVELOPMENT_KEY, readConfig } from '../config/config';
import { ansi, describe, plain } from './account';
import { play } from './play';
import { readSampleCall } from './sample-call';

/** Streams a sample call to a running service with the project's own client and prints what comes back. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'ws://127.0.0.1:8080/v1/stream' },
      call: { type: 'string', default: 'sample' },
      pace: { type: 'string', default: '1' },
    },
  });
  const pace = Number(values.pace);
  const call = readSampleCall(values.call);
  const palette = process.stdout.isTTY ? ansi : plain;
  const session = await connect({
    url: values.url,
    apiKey: ownKey(),
    pace,
    streams: [...call.streams],
    session: { externalId: 'sample-call', channel: 'video', language: call.language, consent: { analysis: true } },
  });
  console.log(
    `${call.title}\nSession ${session.sessionId}: voice, chat and video, ${Math.round(call.durationMs / 1000)} s.`,
  );
  console.log('Contributions are points of probability that a modality adds to the emotion named.\n');
  const stop = new AbortController();
  const sent = play(session, call, pace, stop.signal).then(() => session.end());
  let ended = false;
  for await (const message of session) {
    if (message.type === 'error') {
      console.error(`error ${message.code}: ${message.message} ${message.advice}`);
      continue;
    }
    const event = message.event as TypedEvent;
    const line = describe(event, palette);
    if (line !== null) console.log(line);
    ended ||= event.type === 'rapport.session.ended';
  }
  stop.abort();
  await sent.catch(() => {});
  if (!ended) throw new Error('The connection ended before rapport.session.ended came.');
}

/** Of hashed keys nobody but their users knows the text. */
function ownKey(): string {
  const { apiKeys, ownKey } = readConfig();
  const known = ownKey ?? apiKeys.find(({ key }) => key !== undefined)?.key;
  if (known !== undefined) return known;
  if (apiKeys.length === 0) return DEVELOPMENT_KEY;
  throw new Error('the settings have hashes of keys alone: set RAPPORT_KEY to one of the keys.');
}

main().catch((error: unknown) => {
  console.error(`The sample call failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
