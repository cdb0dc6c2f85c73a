import type { Me } from '@rapport-live/protocol';
import type { ComponentType } from 'preact';
import { type Params, paramsOf } from '../router/hash-route';
import { AlertsPage } from '../pages/alerts/alerts-page';
import { SearchPage } from '../pages/search/search-page';
import { WallPage } from '../pages/wall/wall-page';
import { laterPage } from './later-page';

/** What a page is given: where it is. */
export interface PageProps {
  readonly params: Params;
  readonly query: ReadonlyMap<string, string>;
}

export interface Page {
  /** As `/sessions/:id` (router/hash-route.ts). */
  readonly pattern: string;
  readonly title: string;
  /** Absent: it is not in the navigation. */
  readonly nav?: string;
  readonly component: ComponentType<PageProps>;
  /** Default: for everybody who is logged in. */
  readonly isFor?: (viewer: Me) => boolean;
}

const ConversationPage = laterPage(
  async () => (await import('../pages/conversation/conversation-page')).ConversationPage,
);
const HealthPage = laterPage(async () => (await import('../pages/health/health-page')).HealthPage);

/** All pages, those of the navigation in its order. The first is where one comes to. */
export const PAGES: readonly Page[] = [
  { pattern: '/wall', title: 'Live wall', nav: 'Live wall', component: WallPage },
  { pattern: '/alerts', title: 'Alerts', nav: 'Alerts', component: AlertsPage },
  { pattern: '/search', title: 'Search', nav: 'Search', component: SearchPage },
  { pattern: '/sessions/:id', title: 'Conversation', component: ConversationPage },
  { pattern: '/health', title: 'Health', nav: 'Health', component: HealthPage },
];

export interface FoundPage {
  readonly page: Page;
  readonly params: Params;
}

/** The page of a path; undefined where there is none. */
export function findPage(path: string): FoundPage | undefined {
  for (const page of PAGES) {
    const params = paramsOf(page.pattern, path);
    if (params !== undefined) return { page, params };
  }
  return undefined;
}
