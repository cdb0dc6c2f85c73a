import fc from 'fast-check';
import { ChannelSplitter, selectMedia } from './media-selection';
import { type Channel, CHANNELS, FORMATS } from './messages';

const offer = (channels: readonly string[], format = 'PCMU') => ({ type: 'audio', format, channels, rate: 8000 });

describe('which media is taken', () => {
  it.each([
    ['both channels first', [['external'], ['internal'], ['external', 'internal']], ['external', 'internal']],
    ['both channels, the other way round', [['internal', 'external'], ['internal']], ['internal', 'external']],
    ['the customer before us', [['internal'], ['external']], ['external']],
    ['us alone, where there is nothing else', [['internal']], ['internal']],
  ])('%s', (_what, channels, taken) => {
    expect(selectMedia(channels.map((one) => offer(one)))).toMatchObject({ channels: taken });
  });

  it('of equal ones the first, whatever its format', () => {
    const l16 = offer(['external', 'internal'], 'L16');
    expect(selectMedia([l16, offer(['external', 'internal'])])).toEqual(l16);
  });

  it('nothing that we do not know', () => {
    const odd = [offer(['external'], 'OPUS'), { ...offer(['external']), rate: 16_000 }, offer(['left']), null, 'PCMU'];
    expect(selectMedia(odd)).toBeUndefined();
    expect(selectMedia([offer(['external', 'external'])])).toBeUndefined();
    expect(selectMedia([...odd, offer(['external'])])).toEqual(offer(['external']));
    expect(selectMedia([])).toBeUndefined();
  });
});

describe('two channels', () => {
  it('come apart as they were put together', () => {
    const sample = fc.nat(255);
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMATS),
        fc.shuffledSubarray([...CHANNELS], { minLength: 2 }),
        fc.array(fc.tuple(sample, sample, sample, sample), { maxLength: 400 }),
        (format, channels, quads) => {
          const width = format === 'L16' ? 2 : 1;
          const of = (i: number) => quads.flatMap((quad) => quad.slice(2 * i, 2 * i + width));
          const mixed = Uint8Array.from(
            quads.flatMap((quad) => [...quad.slice(0, width), ...quad.slice(2, 2 + width)]),
          );
          const splitter = new ChannelSplitter({ format, channels: channels as Channel[] });
          splitter.split(new Uint8Array(8)); // the scratch of a call before is no part of the next
          const split = splitter.split(mixed).map(({ channel, bytes }) => ({ channel, bytes: [...bytes] }));
          expect(split).toEqual(channels.map((channel, i) => ({ channel, bytes: of(i) })));
        },
      ),
    );
  });

  it('leaves one channel as it is', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(new ChannelSplitter({ format: 'PCMU', channels: ['internal'] }).split(bytes)).toEqual([
      { channel: 'internal', bytes },
    ]);
  });
});
