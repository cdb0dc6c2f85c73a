import { clockOf, spokenDuration } from '../words/durations';

/** How long something lasts or lasted. */
export const Duration = ({ ms }: { readonly ms: number }) => (
  <span class="figures">
    <span aria-hidden="true">{clockOf(ms)}</span>
    <span class="unseen">{spokenDuration(ms)}</span>
  </span>
);
