import type { Me } from '@rapport-live/protocol';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

const ViewerContext = createContext<Me | undefined>(undefined);
export const ViewerProvider = ViewerContext.Provider;

/** Who is logged in; on every page but that of logging in somebody is. */
export function useViewer(): Me {
  const viewer = useContext(ViewerContext);
  if (viewer === undefined) throw new Error('Nobody is logged in.');
  return viewer;
}
