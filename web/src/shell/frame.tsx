import { useEffect, useRef } from 'preact/hooks';
import { logOut } from '../api/login';
import { hashOf } from '../router/hash-route';
import { goTo, useRoute } from '../router/use-route';
import './frame.css';
import { findPage, PAGES } from './pages';
import { ThemeChoice } from './theme-choice';
import { useViewer } from './viewer';

const HOME = PAGES[0]!.pattern;

/** The bar above and the page below it. */
export function Frame({ onLogOut }: { readonly onLogOut: () => void }) {
  const viewer = useViewer();
  const { path, query } = useRoute();
  const main = useRef<HTMLElement>(null);
  const found = findPage(path);
  const isHome = path === '/';

  useEffect(() => {
    if (isHome) goTo(hashOf(HOME), true);
  }, [isHome]);
  useEffect(() => {
    document.title = found === undefined ? 'Rapport' : `${found.page.title} · Rapport`;
  }, [found?.page]);

  const leave = (): void => void logOut().then(onLogOut, onLogOut);
  const pages = PAGES.filter(({ nav, isFor }) => nav !== undefined && isFor?.(viewer) !== false);
  const may = found !== undefined && found.page.isFor?.(viewer) !== false;
  const Shown = found?.page.component;
  return (
    <>
      <a
        class="skip"
        href={location.hash}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the page
      </a>
      <header class="bar">
        <a class="brand" href={hashOf(HOME)}>
          <Mark />
          Rapport
        </a>
        <nav aria-label="Pages">
          <ul role="list">
            {pages.map(({ pattern, nav }) => (
              <li key={pattern}>
                <a href={hashOf(pattern)} aria-current={found?.page.pattern === pattern ? 'page' : undefined}>
                  {nav}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="who">
          <span>
            <bdi>{viewer.userId.replace(/^[a-z]+:/, '')}</bdi> <span class="muted">{viewer.role}</span>
          </span>
          <ThemeChoice />
          <button type="button" onClick={leave}>
            Log out
          </button>
        </div>
      </header>
      <main ref={main} tabIndex={-1}>
        {may && Shown !== undefined ? (
          <Shown key={found.page.pattern} params={found.params} query={query} />
        ) : isHome ? null : (
          <div class="panel">
            <h1>There is no such page</h1>
            <p>
              <a href={hashOf(HOME)}>To the live wall</a>
            </p>
          </div>
        )}
      </main>
    </>
  );
}

const Mark = () => (
  <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#3557d6" />
    <path
      d="M6 17h4l3-8 5 15 3.500-9 1.500 2h3"
      fill="none"
      stroke="#fff"
      stroke-width="2.600"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);
