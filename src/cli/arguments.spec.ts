import { channelChoice } from './analyze';
import { parseArguments } from './arguments';
import { EXIT } from './refusal';

const specs = {
  out: { value: 'DIR', purpose: '' },
  format: { value: 'FORMAT', purpose: '', choices: ['jsonl', 'vtt'] },
  follow: { purpose: '' },
} as const;
const parse = (...args: string[]) => parseArguments('export', specs, args);

describe('parseArguments', () => {
  it('gives options and operands', () => {
    expect(parse('a.wav', '--out', 'x', '--follow', '--format=vtt', 'b.wav')).toEqual({
      options: { out: 'x', follow: true, format: 'vtt' },
      operands: ['a.wav', 'b.wav'],
    });
  });

  it('takes what stands behind -- for names', () => {
    expect(parse('--', '--out')).toEqual({ options: {}, operands: ['--out'] });
  });

  it.each([
    [
      ['--ot', 'x'],
      'export has no option --ot: did you mean --out? `npm run rapport -- export --help` lists the options.',
    ],
    [['--verbose'], 'export has no option --verbose. `npm run rapport -- export --help` lists the options.'],
    [['-x'], 'export has no option -x.'],
    [['--constructor'], 'export has no option --constructor.'],
    [['--out'], '--out needs a value: --out DIR.'],
    [['--out', '--follow'], '--out needs a value: --out DIR.'],
    [['--out='], '--out needs a value: --out DIR.'],
    [['--follow=yes'], '--follow takes no value.'],
    [['--format', 'srt'], '--format srt is unknown: use jsonl or vtt.'],
  ])('says what is wrong with %j, exit status 2', (args, sentence) => {
    expect(() => parse(...args)).toThrow(sentence);
    expect(() => parse(...args)).toThrow(expect.objectContaining({ exit: EXIT.usage }));
  });
});

describe('channelChoice', () => {
  it('takes one channel for the customer, or for who is named', () => {
    expect(channelChoice(undefined, undefined)(1, 'a.wav')).toEqual(['customer']);
    expect(channelChoice('mixed', undefined)(1, 'a.wav')).toEqual(['mixed']);
  });

  it('mixes two channels down only when told to', () => {
    expect(channelChoice('customer', undefined)(2, 'a.wav')).toEqual(['customer']);
    expect(() => channelChoice(undefined, undefined)(2, 'a.wav')).toThrow('a.wav has two channels: say whose they are');
  });

  it('names the parties of two channels, left first', () => {
    expect(channelChoice(undefined, 'agent, customer')(2, 'a.wav')).toEqual(['agent', 'customer']);
    expect(() => channelChoice(undefined, 'agent,customer')(1, 'a.wav')).toThrow('use --party instead');
  });

  it.each(['customer', 'customer,agent,mixed', 'customer,caller', ''])('does not take --stereo %j', (stereo) => {
    expect(() => channelChoice(undefined, stereo)).toThrow('name two of customer, agent or mixed');
  });

  it('does not take both', () => expect(() => channelChoice('agent', 'customer,agent')).toThrow('exclude each other'));
});
