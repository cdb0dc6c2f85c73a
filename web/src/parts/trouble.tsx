import './trouble.css';

interface TroubleProps {
  readonly error: { readonly message: string; readonly advice: string };
  readonly onAgain?: () => void;
}

/** What went wrong and what to do, in the words of the service or of the page. */
export function Trouble({ error, onAgain }: TroubleProps) {
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
