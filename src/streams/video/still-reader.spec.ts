import { StillReader } from './still-reader';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
const SPACING_MS = 490;

function reading() {
  const said: string[] = [];
  const reader = new StillReader(SPACING_MS, {
    decoded: (ptsMs) => said.push(`decoded ${ptsMs}`),
    still: (ptsMs) => said.push(`still ${ptsMs}`),
  });
  const log = (ptsMs: number, word: 'decoded' | 'still'): void => {
    expect(reader.log(`frame:1    pts:${ptsMs}    pts_time:1\nrapport=${word}\n`)).toBeUndefined();
  };
  /** The first picture, which is a still, and out. */
  const begin = (): void => {
    log(0, 'decoded');
    log(0, 'still');
    reader.stills(JPEG);
  };
  return { reader, said, log, begin };
}

// Found where the machine was busy: the lines of a film were read before its JPEGs, hops went without them, and the stills came late.
it('does not call a picture decoded whose still is on its way', () => {
  const { reader, said, log } = reading();
  log(0, 'decoded');
  log(0, 'still');
  log(33, 'decoded');
  log(500, 'decoded');
  log(500, 'still');
  log(533, 'decoded');
  expect(said).toEqual(['decoded -1', 'decoded -1', 'decoded -1', 'decoded -1']);
  reader.stills(JPEG);
  expect(said.slice(4)).toEqual(['still 0', 'decoded 499']);
  reader.stills(JPEG);
  expect(said.slice(6)).toEqual(['still 500', 'decoded 533']);
});

it('does not call a picture decoded before it is said whether it becomes a still', () => {
  const { said, log, begin } = reading();
  begin();
  log(467, 'decoded');
  log(500, 'decoded');
  expect(said).toEqual(['decoded -1', 'still 0', 'decoded 0', 'decoded 467', 'decoded 499']);
});

it('goes on behind a picture that might have become a still and did not', () => {
  const { reader, said, log, begin } = reading();
  begin();
  log(490, 'decoded');
  log(500, 'decoded');
  log(500, 'still');
  reader.stills(JPEG);
  log(533, 'decoded');
  expect(said.slice(3)).toEqual(['decoded 489', 'decoded 499', 'still 500', 'decoded 500', 'decoded 533']);
});

it('takes a JPEG that comes before its line', () => {
  const { reader, said, log } = reading();
  reader.stills(JPEG);
  log(0, 'decoded');
  log(0, 'still');
  expect(said).toEqual(['decoded -1', 'still 0', 'decoded 0']);
});
