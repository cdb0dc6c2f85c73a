import { IntentChanged, IntentList, IntentPreview } from '@rapport-live/protocol';
import type { ServiceDoor } from '../service-door';

/** The requests of docs/intents.md; each rejects with a Refusal that says what to do. */
export class IntentsDoor {
  constructor(private readonly door: Pick<ServiceDoor, 'ask' | 'answer'>) {}

  list(): Promise<IntentList> {
    return this.door.ask('GET', '/v1/intents', IntentList);
  }

  preview(name: string, examples: readonly string[]): Promise<IntentPreview> {
    return this.door.ask('POST', `${pathOf(name)}/preview`, IntentPreview, { examples });
  }

  put(name: string, change: { examples: readonly string[]; preview: string; force: boolean }): Promise<IntentChanged> {
    return this.door.ask('PUT', pathOf(name), IntentChanged, change);
  }

  async remove(name: string): Promise<void> {
    await this.door.answer('DELETE', pathOf(name));
  }
}

const pathOf = (name: string): string => `/v1/intents/${encodeURIComponent(name)}`;
