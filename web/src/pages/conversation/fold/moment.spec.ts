import { ConversationFold } from './conversation-fold';
import { lineAt, momentAfterKey, readMoment, windowAt } from './moment';
import { contributionText, degradedText, pictureText, readingText } from './moment-text';
import { alert, assessed, left, said } from './testing/made-up-events';

const fold = new ConversationFold();
fold.add([
  said(1000, 6000),
  said(2000, 3000, { party: 'agent' }),
  alert('raised', 0, 4000),
  said(8000, 9000),
  ...[assessed(1000), assessed(2000, { abstained: 'thin_evidence' }), left(3000, 4000)],
  assessed(9000, { label: 'anger', confidence: 0.64, valence: -0.5, degraded: ['hop_2s'] }),
]);
const { lines, windows } = fold.conversation();

describe('a moment', () => {
  it.each([
    [0, 'u-1000'],
    [2500, 'u-2000'],
    [5000, 'u-1000'],
    [7000, 'a-anger-4000-0'],
    [8500, 'u-8000'],
    [99_000, 'u-8000'],
  ])('at %d ms opens at the line %s', (atMs, id) => expect(lineAt(lines, atMs)?.id).toBe(id));

  it('of nothing is nothing', () => {
    expect([lineAt([], 1), windowAt([], 1)]).toEqual([undefined, undefined]);
  });

  it.each([
    [500, 1000],
    [1000, 1000],
    [1001, 2000],
    [6000, 4000],
    [8500, 9000],
    [99_000, 9000],
  ])('at %d ms is told by the window that ends at %d', (atMs, endMs) =>
    expect(windowAt(windows, atMs)?.endMs).toBe(endMs),
  );

  it.each([
    ['0', 0],
    ['61250', 61_250],
    ['', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['9999999999999', undefined],
    [null, undefined],
  ])('is read from the address: %j', (text, expected) => expect(readMoment(text)).toBe(expected));

  it('moves by keys, within the conversation', () => {
    const at = (key: string, from = 5000): number | undefined => momentAfterKey(key, from, 20_000);
    expect(['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'].map((key) => at(key))).toEqual([
      4000, 6000, 15_000, 0, 0, 20_000,
    ]);
    expect([at('ArrowRight', 19_500), at('Tab'), at('constructor')]).toEqual([20_000, undefined, undefined]);
  });

  it('is told with its confidence, or as not told', () => {
    expect(windows.map(readingText)).toEqual([
      'neutral 70 %, valence +0.10, arousal +0.20',
      'not enough evidence: too little to go by',
      'not assessed: too late to count',
      'not assessed: too late to count',
      'anger 64 %, valence \u22120.50, arousal +0.20',
    ]);
    expect([contributionText(windows[0]!), contributionText(windows[2]!)]).toEqual([
      'voice +0.20, text +0.20',
      undefined,
    ]);
    expect(degradedText(windows[4]!)).toBe('with reservations: hop 2s');
    expect(pictureText(windows, lines)).toBe(
      '2 seconds assessed: neutral in 50 %, anger in 50 %; 3 seconds without enough evidence or left out; 1 alert.',
    );
    expect(pictureText([], [])).toBe('No second had enough evidence.');
  });
});
