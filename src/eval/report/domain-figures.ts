import { bootstrap } from '../metrics/bootstrap';
import { calibrationError } from '../metrics/calibration';
import { accuracy, type Judged, macroRecall } from '../metrics/judged';
import { type Figure, figure, plain } from './figures';

export type Domain = 'in domain' | 'cross-corpus';

/** Greatest expected calibration error that is aimed at. */
export const ECE_TARGET: Readonly<Record<Domain, { readonly atMost: number }>> = {
  'in domain': { atMost: 0.05 },
  'cross-corpus': { atMost: 0.1 },
};

/** One row of the table that sets what a model was trained for beside what it was not. */
export function domainFigures(what: string, domain: Domain, judged: readonly Judged[]): Figure[] {
  const name = `${what}, ${domain}`;
  const group = ({ group: own }: Judged, index: number): string | number => own ?? index;
  return [
    figure(`${name}: recall, mean of the classes`, bootstrap(judged, macroRecall, group), 'share'),
    figure(`${name}: accuracy`, bootstrap(judged, accuracy, group), 'share'),
    plain(
      `${name}: expected calibration error`,
      calibrationError(judged.map(({ told }) => told)),
      'share',
      ECE_TARGET[domain],
    ),
    plain(`${name}: classes`, new Set(judged.map(({ truth }) => truth)).size, 'count'),
    plain(`${name}: n`, judged.length, 'count'),
  ];
}
