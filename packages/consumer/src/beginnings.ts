import { RapportError } from '@rapport-live/protocol';
import type { EventsOptions, PartitionName } from './options';
import type { PartitionState, RecordSource } from './record-source';

/** Said with every commit of a replay: a member that gains a partition sees whether the replay has been there. */
export function commitNote(from: Date | undefined): string {
  return from === undefined ? '' : `replay from ${from.toISOString()}`;
}

/**
 * Where each of these partitions begins. What lies before the oldest record that retention has left, or beyond the end,
 * cannot be read any more: that is told, never passed over silently as the client library would.
 */
export async function beginnings(
  source: Pick<RecordSource, 'states' | 'offsetsAt'>,
  partitions: readonly PartitionName[],
  options: Pick<EventsOptions, 'begin' | 'from' | 'storedOffsets'>,
  onTrouble: (error: RapportError) => void,
): Promise<(PartitionState & { readonly next: number })[]> {
  const wanted = await wantedOffsets(source, partitions, options);
  return (await source.states(partitions)).map((state) => {
    const { low, high } = state;
    const next = wanted(state) ?? (options.begin === 'latest' ? high : low);
    if (next >= low && next <= high) return { ...state, next };
    onTrouble(expired(state, next));
    return { ...state, next: low };
  });
}

async function wantedOffsets(
  source: Pick<RecordSource, 'states' | 'offsetsAt'>,
  partitions: readonly PartitionName[],
  { from, storedOffsets }: Pick<EventsOptions, 'from' | 'storedOffsets'>,
): Promise<(state: PartitionState) => number | undefined> {
  const find = <P extends PartitionName>(list: readonly P[], { topic, partition }: PartitionName): P | undefined =>
    list.find((one) => one.topic === topic && one.partition === partition);
  if (storedOffsets !== undefined) {
    const stored = await storedOffsets(partitions);
    return (state) => {
      const found = find(stored, state);
      return found && found.offset + 1;
    };
  }
  if (from === undefined) return (state) => state.committed;
  const at = await source.offsetsAt(partitions, from.getTime());
  const note = commitNote(from);
  return (state) => (state.note === note ? state.committed : undefined) ?? find(at, state)?.offset;
}

function expired({ topic, partition, low, high }: PartitionState, next: number): RapportError {
  const what =
    next < low
      ? `Records ${next} to ${low - 1} of ${topic}-${partition} were removed by retention before they were read.`
      : `${topic}-${partition} ends at ${high}, before ${next}: it was made anew. It is read from its beginning.`;
  return new RapportError('records_expired', what);
}
