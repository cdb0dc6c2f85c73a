import { examplesFault, nameFault } from './intent-examples';
import { INTENT_DEFAULTS } from './intent-options';

const FIVE = ['one menu', 'two menus', 'three menus', 'any vegan menu', 'the menu'];
const fault = (texts: readonly string[], others: Parameters<typeof examplesFault>[1] = []) =>
  examplesFault({ name: 'ask_for_menu', texts }, others, INTENT_DEFAULTS);

it.each(['Ask', 'a', '1st', 'ask-for', 'ask for', '', '../x', 'a'.repeat(65), 'get_refund', 'out_of_scope'])(
  '%j names no intent',
  (name) => expect(nameFault(name, ['get_refund'])).toMatchObject({ code: 'intent_name' }),
);

it('takes five different examples', () => {
  expect(nameFault('ask_for_menu', ['get_refund'])).toBeUndefined();
  expect(fault(FIVE)).toBeUndefined();
});

it.each([
  ['too few', FIVE.slice(1), 'has 4 examples, needs 5'],
  ['too many', Array.from({ length: 51 }, (_, i) => `menu ${i}`), 'has 51 examples, may have 50'],
  ['an empty one', [...FIVE, ' '], 'Example 6 is empty.'],
  ['a long one', [...FIVE, 'a'.repeat(501)], 'Example 6 has 501 characters, may have 500.'],
  [
    'the same again',
    [...FIVE, 'One MENU!', '', 'The menu?'],
    /^Example 6 says the same as example 1. Example 7 is empty. Example 8 says the same as example 5\.$/,
  ],
  ['what is masked alone', [...FIVE, '[card], [email]'], 'Example 6 has no words but masked ones.'],
])('refuses %s, by number', (_what, texts, message) => {
  expect(fault(texts)).toEqual({ code: 'intent_examples', message: expect.stringMatching(message) });
});

it('refuses what another intent has, and one intent too many', () => {
  const other = { name: 'food', texts: ['I am hungry', 'Three menus.'] };
  expect(fault(FIVE, [other])).toMatchObject({ message: 'Example 3 says the same as example 2 of food.' });
  const many = Array.from({ length: INTENT_DEFAULTS.maxIntents }, (_, i) => ({ name: `own_${i}`, texts: [`${i}`] }));
  expect(fault(FIVE, many)).toMatchObject({ code: 'intent_limit', message: expect.stringContaining('has 50') });
});
