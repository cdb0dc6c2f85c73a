import { LineProbe } from './line-probe';

describe('LineProbe', () => {
  const pings: string[] = [];
  const answered: string[] = [];
  let probe: LineProbe;
  beforeEach(() => {
    jest.useFakeTimers();
    pings.length = answered.length = 0;
    probe = new LineProbe({ ping: (payload) => pings.push(payload), answerWithinMs: 2000 });
  });
  afterEach(() => {
    probe.close();
    jest.useRealTimers();
  });
  const ask = (name: string) => probe.ask(() => answered.push(name));

  it('answers by the pong of its own ping, once', () => {
    ask('a');
    probe.pong(''); // of the keep-alive
    probe.pong('2'); // of no ping at all
    probe.pong('1e0');
    expect(answered).toEqual([]);
    probe.pong(pings[0]!);
    probe.pong(pings[0]!);
    expect(answered).toEqual(['a']);
  });

  it('takes the pong of a newer ping for an older one, and never the other way', () => {
    ask('a');
    ask('b');
    probe.pong(pings[0]!);
    expect(answered).toEqual([]);
    probe.pong(pings[1]!);
    expect(answered).toEqual(['b']);
  });

  it('waits for a silent peer for as long as the connection stands', () => {
    ask('a');
    jest.advanceTimersByTime(60_000);
    expect(answered).toEqual([]);
    probe.pong(pings[0]!);
    expect(answered).toEqual(['a']);
  });

  it('takes what a peer without pongs says for one, in time and not before', () => {
    ask('a');
    probe.heard(); // may have been on its way
    jest.advanceTimersByTime(1999);
    expect(answered).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(answered).toEqual(['a']);
    ask('b');
    jest.advanceTimersByTime(2000);
    expect(answered).toEqual(['a']);
    probe.heard();
    expect(answered).toEqual(['a', 'b']);
  });

  it('says nothing more once it is closed', () => {
    ask('a');
    probe.close();
    probe.heard();
    probe.pong(pings[0]!);
    jest.runAllTimers();
    expect(answered).toEqual([]);
  });
});
