import type { ServiceError } from '../api/service-error';
import './trouble.css';

/** What went wrong and what to do, in the service's words. */
export function Trouble({ error, onAgain }: { readonly error: ServiceError; readonly onAgain?: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{error.message}</strong> {error.advice}
      </p>
      {onAgain !== undefined && (
        <button type="button" onClick={onAgain}>
          Try again
        </button>
      )}
    </div>
  );
}
