import type { CorrectionRequest } from '@rapport-live/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ServiceError } from '../../api/service-error';
import { Trouble } from '../../parts/trouble';
import type { Corrections } from './use-corrections';
import { EMOTIONS } from './vocabulary';
import { spaced } from '../../words/names';

interface CorrectionFormProps {
  readonly about: Pick<CorrectionRequest, 'windowEndMs' | 'utteranceId'>;
  readonly kind: 'emotion' | 'intent';
  readonly corrections: Corrections;
  readonly correctionKey: string;
}

const OUT_OF_SCOPE = 'out_of_scope';

/** What the emotion or the intent was in truth. It is kept to train and measure with; what was told before stays. */
export function CorrectionForm({ about, kind, corrections, correctionKey }: CorrectionFormProps) {
  const [names, setNames] = useState<readonly string[]>(kind === 'emotion' ? EMOTIONS : []);
  const [error, setError] = useState<ServiceError>();
  const [isBusy, setBusy] = useState(false);
  const first = useRef<HTMLSelectElement>(null);
  const fail = (caught: unknown): void => {
    if (!(caught instanceof ServiceError)) throw caught;
    setError(caught);
  };
  useEffect(() => {
    first.current?.focus();
    if (kind === 'intent') corrections.intents().then((found) => setNames([...found, OUT_OF_SCOPE]), fail);
  }, []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const truth = String(new FormData(event.currentTarget as HTMLFormElement).get('truth'));
    setBusy(true);
    setError(undefined);
    try {
      await corrections.correct(correctionKey, { ...about, [kind]: truth } as CorrectionRequest);
    } catch (caught) {
      setBusy(false);
      fail(caught);
    }
  }

  return (
    <form class="correction" onSubmit={(event) => void submit(event)}>
      <label>
        In truth the {kind} was{' '}
        <select name="truth" ref={first} required>
          <option value="">choose</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name === OUT_OF_SCOPE ? 'none of these' : spaced(name)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary" disabled={isBusy}>
        Save
      </button>
      <button type="button" onClick={() => corrections.toggle(correctionKey)}>
        Cancel
      </button>
      {error !== undefined && <Trouble error={error} />}
    </form>
  );
}
