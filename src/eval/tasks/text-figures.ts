import { EMOTIONS } from '@rapport-live/protocol';
import { bootstrap } from '../metrics/bootstrap';
import { f1, macroF1, type MultiLabel } from '../metrics/macro-f1';
import { type Figure, figure, plain } from '../report/figures';
import type { ReadTurn } from './fused-texts';

export function ofGoEmotions(items: readonly MultiLabel[]): Figure[] {
  const name = 'GoEmotions test (Reddit comments), Ekman and neutral';
  return [
    figure(
      `${name}: macro-F1`,
      bootstrap(items, (all) => macroF1(EMOTIONS, all)),
      'F1',
      { atLeast: 0.64 },
    ),
    ...EMOTIONS.map((label) =>
      figure(
        `${name}: F1 of ${label}`,
        bootstrap(items, (all) => f1(label, all)),
        'F1',
      ),
    ),
    plain(`${name}: texts`, items.length, 'count'),
  ];
}

export const plainOf = (read: readonly ReadTurn[]): ReadTurn[] => read.filter(({ turn }) => turn.plainRequest);
export const upsetOf = (read: readonly ReadTurn[]): ReadTurn[] => read.filter(({ turn }) => turn.upset);
export const calledNeutral = (read: readonly ReadTurn[]): number =>
  read.filter(({ label }) => label === 'neutral').length / Math.max(1, read.length);
export const notCalledNeutral = (read: readonly ReadTurn[]): number =>
  read.filter(({ label }) => label !== 'neutral').length / Math.max(1, read.length);

export function ofService(read: readonly ReadTurn[]): Figure[] {
  const share = (name: string, those: readonly ReadTurn[], of: (some: readonly ReadTurn[]) => number, least?: number) =>
    figure(
      `Service language (machine-labelled turns, final half): ${name}, n=${those.length}`,
      bootstrap(those, of),
      'share',
      least === undefined ? {} : { atLeast: least },
    );
  const upset = upsetOf(read);
  const plainer = upset.filter(({ turn }) => !turn.swearing);
  return [
    share('plain requests called neutral', plainOf(read), calledNeutral, 0.9),
    share('upset turns not called neutral', upset, notCalledNeutral, 0.8),
    share('upset turns without swearing not called neutral', plainer, notCalledNeutral),
  ];
}

/** By the domain of MultiDoGO, or Bitext. */
export function ofSources(read: readonly ReadTurn[]): Figure[] {
  const domains = [...new Set(read.map(({ turn }) => turn.domain))].sort();
  return domains.flatMap((domain) => {
    const own = read.filter(({ turn }) => turn.domain === domain);
    const parts = [
      ['plain requests called neutral', plainOf(own), calledNeutral],
      ['upset turns not called neutral', upsetOf(own), notCalledNeutral],
    ] as const;
    return parts.flatMap(([name, those, of], i) => [
      // a share of nothing is no figure
      ...(those.length > 0 ? [plain(`service language: ${domain}: ${name}`, of(those), 'share')] : []),
      plain(`service language: ${domain}: n${i === 0 ? '' : ' (upset)'}`, those.length, 'count'),
    ]);
  });
}
