import { RapportError } from '@rapport-live/protocol';
import { type FleetConfig, GATEWAY_NAME, NAME_PLACE } from '../../config/fleet-config';

/** Between the name of the gateway that gave a token and its random part, which has no dot. */
const SEPARATOR = '.';

/** The gateways behind one address: a resume token names the one that holds its session (rule 7). */
export class Fleet {
  /** @param config absent: this gateway is alone, and its tokens name nobody. */
  constructor(private readonly config?: FleetConfig) {}

  /** A resume token of this gateway. */
  named(random: string): string {
    return this.config === undefined ? random : `${this.config.name}${SEPARATOR}${random}`;
  }

  /**
   * That the session lies at another gateway, by its token. The address is made of our own settings: whatever somebody
   * writes into a token, it leads to a gateway of ours or to none.
   */
  elsewhere(token: string): RapportError | undefined {
    const at = token.indexOf(SEPARATOR);
    const name = token.slice(0, Math.max(0, at));
    if (this.config === undefined || name === this.config.name || !GATEWAY_NAME.test(name)) return undefined;
    const address = this.config.url.replaceAll(NAME_PLACE, name);
    return new RapportError('session_elsewhere', `Gateway ${name} holds this session.`, { address });
  }
}
