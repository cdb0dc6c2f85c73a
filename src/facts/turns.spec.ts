import { Turns } from './turns';

describe('Turns', () => {
  it('begins an action when the one before is over, also when that failed, and settles as the action does', async () => {
    const turns = new Turns();
    const told: string[] = [];
    const action = (name: string, fails: boolean) => async () => {
      told.push(`${name} begins`);
      await new Promise(setImmediate);
      told.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const first = turns.take(action('first', true));
    const second = turns.take(action('second', false));
    await expect(first).rejects.toThrow('first');
    await turns.over();
    expect(told).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
    expect(await second).toBe('second');
  });
});
