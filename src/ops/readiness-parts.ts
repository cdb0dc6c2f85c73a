import { Injectable } from '@nestjs/common';

/** What one part of the service tells in `/readyz`: no name, tenant or session, since who asks needs no key. */
export type ReadinessPart = () => Readonly<Record<string, unknown>>;

/**
 * Parts that ops does not know, and that say in `/readyz` how they are. None of them makes the service unready: conversations go on
 * without them.
 */
@Injectable()
export class ReadinessParts {
  private readonly parts = new Map<string, ReadinessPart>();

  join(name: string, part: ReadinessPart): void {
    this.parts.set(name, part);
  }

  [Symbol.iterator](): IterableIterator<[string, ReadinessPart]> {
    return this.parts.entries();
  }
}
