import fc from 'fast-check';
import { FIELDS, findsMoments, isEmpty, MAX_SENT_LENGTH, pathOf, readAsked } from './search-form';

describe('the form of the search', () => {
  it('asks for moments by words, and for conversations without any', () => {
    expect(pathOf({ q: ' charged twice ', emotion: 'anger', minConfidence: '0.7' })).toBe(
      '/v1/search?q=charged+twice&emotion=anger&minConfidence=0.7',
    );
    expect(pathOf({ like: 'id@5000' })).toBe('/v1/search?like=id%405000');
    expect(pathOf({ team: 'north', minConfidence: '0.7' }, { cursor: 'abc' })).toBe(
      '/v1/sessions?team=north&cursor=abc',
    );
    expect(pathOf({})).toBe('/v1/sessions');
    expect([findsMoments({ team: 'a' }), isEmpty({}), isEmpty({ q: '' }), isEmpty({ q: 'a' })]).toEqual([
      ...[false, true, true, false],
    ]);
  });

  it('asks by a recording, narrowed as words are', () => {
    expect(pathOf({ team: 'north' }, { byVoice: true })).toBe('/v1/search/voice?team=north&limit=50');
  });

  it('gives times their offset', () => {
    const from = '2026-03-02T10:00';
    expect(pathOf({ from }, { zone: -330 })).toBe(`/v1/sessions?from=${encodeURIComponent(`${from}:00+05:30`)}`);
    expect(pathOf({ from }, { zone: 480 })).toBe(`/v1/sessions?from=${encodeURIComponent(`${from}:00-08:00`)}`);
    expect(pathOf({ from: 'monday' })).toBe('/v1/sessions?from=monday');
  });

  it('sends so much of a long query that the service can refuse it', () => {
    for (const letter of ['x', '\u4e2d', '\u{1f600}', '\ud800']) {
      const path = pathOf({ q: letter.repeat(10_000) });
      expect(path.length).toBeLessThan(9_100);
      expect(new URL(path, 'http://a').searchParams.get('q')!.length).toBe(MAX_SENT_LENGTH);
    }
  });

  it('is read from an address as it was written, without what is none of it', () => {
    const value = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text.trim() === text);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...FIELDS), value), (asked) => {
        expect(readAsked(new Map([...Object.entries(asked), ['other', 'x'], ['__proto__', 'y']]))).toEqual({
          ...asked,
        });
      }),
    );
  });
});
