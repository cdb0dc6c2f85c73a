import type { LoginWays, Me } from '@rapport-live/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { logIn, loginWays } from '../../api/login';
import { ServiceError } from '../../api/service-error';
import { Trouble } from '../../parts/trouble';
import './login-page.css';

interface LoginPageProps {
  /** The log-in of before is over. */
  readonly isOver: boolean;
  readonly onLogin: (viewer: Me) => void;
}

export function LoginPage({ isOver, onLogin }: LoginPageProps) {
  const [ways, setWays] = useState<LoginWays>();
  const [error, setError] = useState<ServiceError>();
  const [isBusy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = 'Log in · Rapport';
    first.current?.focus();
    const asking = new AbortController();
    loginWays(asking.signal).then(setWays, (caught: unknown) => {
      if (caught instanceof ServiceError) setError(caught);
    });
    return () => asking.abort();
  }, []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError(undefined);
    try {
      onLogin(await logIn({ user: String(form.get('user')), password: String(form.get('password')) }));
    } catch (caught) {
      if (!(caught instanceof ServiceError)) throw caught;
      setError(caught);
    } finally {
      setBusy(false);
    }
  }

  return (
    <main class="login">
      <form class="panel" onSubmit={(event) => void submit(event)}>
        <h1>Rapport</h1>
        <p class="muted">
          {isOver ? 'Your log-in is over. Log in again to go on where you were.' : 'Log in to see live conversations.'}
        </p>
        {error !== undefined && <Trouble error={error} />}
        <label>
          Name
          <input ref={first} name="user" autocomplete="username" required maxLength={256} spellcheck={false} />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required maxLength={1024} />
        </label>
        <button class="primary" type="submit" disabled={isBusy}>
          Log in
        </button>
        {ways?.openId !== undefined && (
          <a class="button" href={ways.openId.url}>
            Log in with <bdi>{ways.openId.name}</bdi>
          </a>
        )}
        {ways?.development === true && (
          <p class="hint">
            Nobody has an account yet. On this machine the name <code>development</code> with the development key{' '}
            <code>rapport-development</code> gets in; <code>npm run rapport -- users add NAME --role admin</code> makes
            the first account.
          </p>
        )}
      </form>
    </main>
  );
}
