import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Trouble } from '../parts/trouble';
import type { PageProps } from './pages';

type Shown = ComponentType<PageProps>;

const LOST = {
  message: 'This page could not be loaded.',
  advice: 'The service may be another than when you came, or out of reach.',
};

/** A page whose script is loaded when it is first opened: what draws charts would be a third of what the wall has to wait for. */
export function laterPage(load: () => Promise<Shown>): Shown {
  let loaded: Shown | undefined;
  return function LaterPage(props: PageProps) {
    const [Page, show] = useState<Shown | undefined>(() => loaded);
    const [isLost, setLost] = useState(false);
    useEffect(() => {
      if (loaded !== undefined) return;
      load().then(
        (page) => {
          loaded = page;
          show(() => page);
        },
        () => setLost(true),
      );
    }, []);
    if (isLost) return <Trouble error={LOST} onAgain={() => location.reload()} />;
    return Page === undefined ? null : <Page {...props} />;
  };
}
