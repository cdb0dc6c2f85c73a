import { WorkedOff } from './worked-off';

it('says of a fact that it is through when the stage has finished all that it had been handed by then', () => {
  const done: string[] = [];
  const stage = new WorkedOff<string>((fact) => done.push(fact));
  stage.settle('nothing came of it, and nothing waits');
  stage.handOver();
  stage.handOver();
  stage.settle('a');
  stage.handOver();
  stage.settle('b');
  stage.finish();
  expect(done).toHaveLength(1);
  stage.finish();
  stage.finish();
  expect(done.slice(1)).toEqual(['a', 'b']);
});
