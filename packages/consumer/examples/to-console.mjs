// Prints alerts and final transcripts as they come, until Ctrl-C:
//
//   node packages/consumer/examples/to-console.mjs --brokers localhost:9092
//   node packages/consumer/examples/to-console.mjs --brokers localhost:9092 --from 2026-11-28T09:00:00Z
import { RapportConsumer, RapportError } from '@rapport-live/consumer';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: 'localhost:9092' },
    group: { type: 'string', default: 'console' },
    from: { type: 'string' },
  },
});
const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());

const consumer = new RapportConsumer({ brokers: values.brokers.split(','), groupId: values.group });
try {
  for await (const event of consumer.events({
    topics: ['rapport.transcripts', 'rapport.alerts'],
    begin: 'latest',
    from: values.from === undefined ? undefined : new Date(values.from),
    signal: stop.signal,
  })) {
    switch (event.type) {
      case 'rapport.transcript.final':
        console.log(`${event.subject.slice(-6)} ${event.data.party}: ${event.data.text}`);
        break;
      case 'rapport.alert.raised':
        console.log(`${event.subject.slice(-6)} ALERT ${event.data.severity}: ${event.data.ruleId}`);
        break;
      case 'shredded':
        console.log(`${event.sessionId.slice(-6)} (erased)`);
        break;
    }
  }
} catch (error) {
  if (!(error instanceof RapportError)) throw error;
  console.error(`${error.message} ${error.advice}`);
  process.exitCode = 1;
}
