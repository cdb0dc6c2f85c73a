import type { Me } from '@rapport-live/protocol';
import { useEffect, useState } from 'preact/hooks';
import { me } from '../api/login';
import { onLoginOver } from '../api/request';
import { ServiceError } from '../api/service-error';
import { LoginPage } from '../pages/login/login-page';
import { Trouble } from '../parts/trouble';
import { Frame } from './frame';
import { ViewerProvider } from './viewer';

/** Who looks: not known yet, nobody, or somebody. */
type Who =
  | { readonly kind: 'asking' }
  | { readonly kind: 'unknown'; readonly error: ServiceError }
  | { readonly kind: 'nobody'; readonly isOver: boolean }
  | { readonly kind: 'somebody'; readonly viewer: Me };

/** Everything: logging in, or the page that the address names. Whoever has to log in again comes back to where they were. */
export function App() {
  const [who, setWho] = useState<Who>({ kind: 'asking' });
  const [tries, setTries] = useState(0);

  useEffect(() => {
    onLoginOver((error) =>
      setWho((before) => ({ kind: 'nobody', isOver: before.kind === 'somebody' || error.code === 'login_expired' })),
    );
  }, []);
  useEffect(() => {
    const asking = new AbortController();
    me(asking.signal).then(
      (viewer) => setWho({ kind: 'somebody', viewer }),
      (error: unknown) => {
        if (asking.signal.aborted || !(error instanceof ServiceError) || error.status === 401) return;
        setWho({ kind: 'unknown', error });
      },
    );
    return () => asking.abort();
  }, [tries]);

  switch (who.kind) {
    case 'asking':
      return null;
    case 'unknown':
      return <Trouble error={who.error} onAgain={() => setTries(tries + 1)} />;
    case 'nobody':
      return <LoginPage isOver={who.isOver} onLogin={(viewer) => setWho({ kind: 'somebody', viewer })} />;
    case 'somebody':
      return (
        <ViewerProvider value={who.viewer}>
          <Frame onLogOut={() => setWho({ kind: 'nobody', isOver: false })} />
        </ViewerProvider>
      );
  }
}
