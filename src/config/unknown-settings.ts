import { closest } from './closest';
import { ALL_SETTINGS } from './settings';

/** A variable that is named like a setting and is none. */
export interface UnknownSetting {
  readonly name: string;
  /** The setting that it may have been meant for. */
  readonly nearest?: string;
}

/** Read by tests, tools and examples of this repository, not by the service. */
const READ_ELSEWHERE = /^RAPPORT_(URL|SCREENSHOTS|(TEST|FUZZ|CONTRACT)_\w+)$/;
/** Kubernetes sets them in every container beside a Service named rapport or rapport-x (its docs: Service, environment variables). */
const SERVICE_LINK = /^RAPPORT_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

/**
 * Variables with a value that look like settings and are passed over: all others of `RAPPORT_`, and of `KAFKA_`, which Kafka's own
 * tools use too, those that are a slip away from one of ours. Such a variable is said and refuses no start: a service that goes
 * back to an older version, or gets variables from elsewhere, must run.
 */
export function unknownSettings(env: NodeJS.ProcessEnv = process.env): UnknownSetting[] {
  const known = Object.keys(ALL_SETTINGS);
  return Object.entries(env).flatMap(([name, value = '']): UnknownSetting[] => {
    if (value === '' || known.includes(name)) return [];
    const isOurs = name.startsWith('RAPPORT_');
    if (!isOurs && !name.startsWith('KAFKA_')) return [];
    if (READ_ELSEWHERE.test(name) || SERVICE_LINK.test(name) || SERVICE_ADDRESS.test(value)) return [];
    // `PORT` and `KAFKA_BROKERS` have no prefix of ours.
    const bare = name.replace(/^RAPPORT_/, '');
    const nearest = known.includes(bare) ? bare : closest(name, known);
    if (nearest === undefined) return isOurs ? [{ name }] : [];
    return [{ name, nearest }];
  });
}

/** One sentence a variable, without its value, which may be a key. */
export function sayUnknownSettings(say: (line: string) => void, env: NodeJS.ProcessEnv = process.env): void {
  for (const { name, nearest } of unknownSettings(env)) {
    const hint = nearest === undefined ? '`npm run rapport -- config` lists them.' : `Did you mean ${nearest}?`;
    say(`rapport: ${name} is set, but no such setting exists, so it does nothing. ${hint}\n`);
  }
}
