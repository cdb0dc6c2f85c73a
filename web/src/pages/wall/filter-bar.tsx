import { hashOf } from '../../router/hash-route';
import { goTo } from '../../router/use-route';
import { CHANNEL_WORDS } from './session-words';
import type { WallFilter } from './wall-filter';

interface FilterBarProps {
  readonly filter: WallFilter;
  readonly view: 'cards' | 'list';
  /** Those that there are on the wall. */
  readonly teams: readonly string[];
}

const STATES = { live: 'Live', attention: 'Need somebody', all: 'All, also ended' } as const;

/** What is shown, and how. Each choice is in the address. */
export function FilterBar({ filter, view, teams }: FilterBarProps) {
  const change = (more: Partial<Record<keyof WallFilter | 'view', string>>): void =>
    goTo(hashOf('/wall', {}, { ...filter, state: filter.state === 'live' ? '' : filter.state, view, ...more }), true);
  const chosen = (name: keyof WallFilter) => (event: Event) =>
    change({ [name]: (event.currentTarget as HTMLInputElement | HTMLSelectElement).value });
  return (
    <search class="filters">
      <label>
        Show
        <select value={filter.state} onChange={chosen('state')}>
          {Object.entries(STATES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label>
        Team
        <select value={filter.team} onChange={chosen('team')}>
          <option value="">All</option>
          {teams.map((team) => (
            <option key={team} value={team}>
              {team}
            </option>
          ))}
        </select>
      </label>
      <label>
        Channel
        <select value={filter.channel} onChange={chosen('channel')}>
          <option value="">All</option>
          {Object.entries(CHANNEL_WORDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label>
        Words
        <input type="search" value={filter.words} maxLength={200} onInput={chosen('words')} />
      </label>
      <div role="group" aria-label="View" class="views">
        <button type="button" aria-pressed={view === 'cards'} onClick={() => change({ view: '' })}>
          Cards
        </button>
        <button type="button" aria-pressed={view === 'list'} onClick={() => change({ view: 'list' })}>
          List
        </button>
      </div>
    </search>
  );
}
