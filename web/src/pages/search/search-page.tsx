import { useMemo } from 'preact/hooks';
import { Trouble } from '../../parts/trouble';
import { hashOf } from '../../router/hash-route';
import { goTo } from '../../router/use-route';
import type { PageProps } from '../../shell/pages';
import { plural } from '../conversation/words';
import { HitRow, SessionRow } from './found-row';
import { type Asked, findsMoments, readAsked } from './search-form';
import { SearchFields } from './search-fields';
import './search.css';
import { type Found, useSearch } from './use-search';

/** The search for a moment: `#/search?q=...`; without words, the list of conversations. */
export function SearchPage({ query }: PageProps) {
  const asked = useMemo(() => readAsked(query), [query]);
  return (
    <div class="search">
      <h1>Search</h1>
      {/* another address is another form */}
      <SearchFields key={JSON.stringify(asked)} asked={asked} onAsk={(next) => goTo(hashOf('/search', {}, next))} />
      <Results key={`of ${JSON.stringify(asked)}`} asked={asked} />
    </div>
  );
}

function Results({ asked }: { readonly asked: Asked }) {
  const { found, error, more, again } = useSearch(asked);
  return (
    <section aria-label="What was found">
      {error !== undefined && <Trouble error={error} onAgain={again} />}
      <p class="muted" role="status">
        {found !== undefined ? countText(found, findsMoments(asked)) : error === undefined ? 'Searching.' : ''}
      </p>
      <ol class="found" role="list">
        {found?.hits.map((hit) => (
          <HitRow key={`${hit.session.sessionId} ${hit.kind} ${hit.utteranceId ?? ''} ${hit.atMs}`} hit={hit} />
        ))}
        {found?.sessions.map((session) => (
          <SessionRow key={session.sessionId} session={session} />
        ))}
      </ol>
      {more !== undefined && (
        <button type="button" onClick={more}>
          More
        </button>
      )}
    </section>
  );
}

function countText({ hits, sessions, next }: Found, areMoments: boolean): string {
  const count = hits.length + sessions.length;
  if (count === 0) return areMoments ? 'No such moment was found.' : 'There is no such conversation.';
  const text = plural(count, areMoments ? 'moment' : 'conversation');
  return `${text}${next === undefined ? '' : ' so far'}, ${areMoments ? 'the best' : 'the newest'} first`;
}
