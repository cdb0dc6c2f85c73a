import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
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
import type { Snippet } from './voice/snippet';
import { VoiceFields } from './voice/voice-fields';

/** The search for a moment: `#/search?q=...`, or by a voice; with neither, the list of conversations. */
export function SearchPage({ query }: PageProps) {
  const asked = useMemo(() => readAsked(query), [query]);
  const [kept, keep] = useState<Snippet>();
  // words or an example in the address are searched by instead
  const snippet = findsMoments(asked) ? undefined : kept;
  const results = useRef<HTMLElement>(null);
  const isNew = useRef(false);
  useEffect(() => {
    // another address is another form: whoever wrote in the old one goes on at what came of it
    if (isNew.current) results.current?.focus();
    isNew.current = false;
  }, [asked]);
  const go = (next: Asked): void => {
    isNew.current = true;
    goTo(hashOf('/search', {}, next));
  };
  return (
    <div class="search">
      <h1>Search</h1>
      <div class="panel">
        <SearchFields key={JSON.stringify(asked)} asked={asked} onAsk={go} />
        <VoiceFields
          snippet={snippet}
          onSnippet={(next) => {
            keep(next);
            if (next !== undefined) goTo(hashOf('/search', {}, { ...asked, q: '', like: '' }));
          }}
        />
      </div>
      <section ref={results} class="results" aria-label="What was found" tabIndex={-1}>
        <Results key={`of ${JSON.stringify(asked)}`} asked={asked} snippet={snippet} />
      </section>
    </div>
  );
}

function Results({ asked, snippet }: { readonly asked: Asked; readonly snippet: Snippet | undefined }) {
  const { found, error, more, again } = useSearch(asked, snippet);
  return (
    <>
      {error !== undefined && <Trouble error={error} onAgain={again} />}
      <p class="muted" role="status">
        {found !== undefined ? countText(found, asked, snippet) : error === undefined ? 'Searching.' : ''}
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
    </>
  );
}

function countText({ hits, sessions, next }: Found, asked: Asked, snippet: Snippet | undefined): string {
  const areMoments = snippet !== undefined || findsMoments(asked);
  const count = hits.length + sessions.length;
  if (count === 0) {
    if (snippet !== undefined) return 'Nothing like it was found, or no words were heard in the recording.';
    return areMoments ? 'No such moment was found.' : 'There is no such conversation.';
  }
  const text = plural(count, areMoments ? 'moment' : 'conversation');
  return `${text}${next === undefined ? '' : ' so far'}, ${areMoments ? 'the best' : 'the newest'} first`;
}
