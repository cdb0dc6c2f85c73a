import { Pump } from './pump';

function pumpOf(turn: () => void = () => {}) {
  const log: string[] = [];
  const late: (() => void)[] = [];
  let over = false;
  const pump = new Pump({
    turn: () => {
      log.push('turn');
      turn();
    },
    rest: () => log.push('rest'),
    isOver: () => over,
    soon: (task) => late.push(task),
  });
  return { pump, log, late, finish: () => (over = true) };
}

it('turns once more for each time that it is asked inside a turn, and rests after the last', () => {
  let asks = 2;
  const { pump, log } = pumpOf(() => {
    if (asks-- > 0) {
      pump.run();
      pump.run();
    }
  });
  pump.run();
  expect(log).toEqual(['turn', 'turn', 'turn', 'rest']);
});

it('turns once for all that came together', () => {
  const { pump, log, late } = pumpOf();
  for (let i = 0; i < 3; i += 1) pump.runSoon();
  expect([log, late.length]).toEqual([[], 1]);
  late.pop()!();
  pump.runSoon();
  expect([log, late.length]).toEqual([['turn', 'rest'], 1]);
});

it('does nothing any more when it is over, and goes on after a turn that threw', () => {
  let fault: Error | undefined = new Error('a consumer');
  const { pump, log, finish } = pumpOf(() => {
    if (fault) throw fault;
  });
  expect(() => pump.run()).toThrow('a consumer');
  fault = undefined;
  pump.run();
  finish();
  pump.run();
  expect(log).toEqual(['turn', 'turn', 'rest']);
});
