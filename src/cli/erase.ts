import { ErasureAnswer } from '@rapport-live/protocol';
import { command } from './command';
import { isConfirmed } from './question';
import { EXIT, misuse, Refusal } from './refusal';
import { DOOR_OPTIONS, ServiceDoor } from './service-door';

export const eraseCommand = command(
  {
    name: 'erase',
    usage: '--session ID | --customer ID [options]',
    summary: 'Erases a session, or all sessions of a customer: here at once, downstream by tombstone.',
    notes: [
      'Talks to the running service, with a key that has the scope admin. What it cannot take back: docs/erasure.md.',
    ],
    specs: {
      session: { value: 'ID', purpose: 'the whole id of one session' },
      customer: { value: 'ID', purpose: 'your id of the customer, as sessions were started with' },
      yes: { purpose: 'do not ask' },
      ...DOOR_OPTIONS,
    },
  },
  async (operands, options, around) => {
    const { session, customer } = options;
    if (operands.length > 0) throw misuse(`erase takes no "${operands[0]}": name it with --session or --customer.`);
    if ((session === undefined) === (customer === undefined)) throw misuse('erase needs --session or --customer.');
    const path =
      session === undefined
        ? `/v1/customers/${encodeURIComponent(customer!)}`
        : `/v1/sessions/${encodeURIComponent(session)}`;
    const door = new ServiceDoor(options, around.config(), around.interrupted);
    const what = session === undefined ? 'all sessions of the customer' : `session ${session}`;
    if (options.yes !== true && !(await isConfirmed(`Erase ${what}? It cannot be undone.`, around))) {
      throw new Refusal('Nothing is erased: answer y, or add --yes.');
    }
    const { sessions, records, dataKeys } = await door.ask('DELETE', path, ErasureAnswer);
    const keys = dataKeys === 0 ? '' : `, ${dataKeys} ${dataKeys === 1 ? 'key' : 'keys'} destroyed`;
    around.stdout.write(`Erased: ${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}, `);
    around.stdout.write(`${records} records of the local log${keys}.\n`);
    for (const id of sessions) around.stdout.write(`${id}\n`);
    return EXIT.ok;
  },
);
