import type { Scope } from '@rapport-live/protocol';
import { canSee, requireRole, viewerOf, type Viewer } from './viewer';

const key = (...scopes: Scope[]) => ({ tenant: 'acme', id: 'key:01234567', scopes: new Set(scopes) });

describe('canSee', () => {
  it.each<[Viewer['teams'], string | undefined, boolean]>([
    ['all', 'billing', true],
    ['all', undefined, true],
    [['billing', 'sales'], 'sales', true],
    [['billing'], 'sales', false],
    [['billing'], undefined, false],
    [[], 'billing', false],
  ])('teams %j, a session of %s: %s', (teams, team, expected) => {
    expect(canSee({ tenant: 'acme', teams }, { tenant: 'acme', ...(team === undefined ? {} : { team }) })).toBe(
      expected,
    );
  });

  it('shows nobody a session of another tenant', () => {
    expect(canSee({ tenant: 'acme', teams: 'all' }, { tenant: 'globex', team: 'billing' })).toBe(false);
  });
});

describe('viewerOf', () => {
  it.each<[Scope[], Viewer['role']]>([
    [['monitor'], 'supervisor'],
    [['search'], 'supervisor'],
    [['ingest', 'monitor', 'search'], 'supervisor'],
    [['admin'], 'admin'],
    [['monitor', 'admin'], 'admin'],
  ])('a key with %j looks as %s of all teams', (scopes, role) => {
    expect(viewerOf(key(...scopes))).toEqual({
      ...{ userId: 'key:01234567', tenant: 'acme', role, teams: 'all', seesNames: true },
    });
  });

  it('a key that may only send sees nothing', () => {
    expect(() => viewerOf(key('ingest'))).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  it('a person looks as who it is, whatever the scopes', () => {
    const person: Viewer = { userId: 'mia', tenant: 'acme', role: 'analyst', teams: ['sales'], seesNames: false };
    expect(viewerOf({ ...key('admin'), person })).toBe(person);
  });
});

it('requireRole names who may', () => {
  expect(() => requireRole({ role: 'admin' }, ['supervisor', 'admin'], 'Assigning an alert')).not.toThrow();
  expect(() => requireRole({ role: 'analyst' }, ['supervisor', 'admin'], 'Assigning an alert')).toThrow(
    'Assigning an alert is for the role supervisor or admin, not for analyst.',
  );
});
