import { childOf, formatTraceparent, parseTraceparent } from './trace-context';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const random = (bytes: number): string => 'ab'.repeat(bytes);

test.each([
  [`00-${TRACE}-${SPAN}-01`, true],
  [`00-${TRACE}-${SPAN}-00`, false],
  [`00-${TRACE}-${SPAN}-ff`, true],
  [`cc-${TRACE}-${SPAN}-01-what-comes-later`, true],
])('takes %s', (header, sampled) => {
  expect(parseTraceparent(header)).toEqual({ traceId: TRACE, spanId: SPAN, sampled });
});

test.each([
  undefined,
  '',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  `cc-${TRACE}-${SPAN}-01-${'x'.repeat(300)}`,
])('takes %s for absent', (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('a session is a span of the trace that it was given, or begins one', () => {
  const given = childOf(parseTraceparent(`00-${TRACE}-${SPAN}-01`), random);
  expect(formatTraceparent(given)).toBe(`00-${TRACE}-${'ab'.repeat(8)}-01`);
  const own = formatTraceparent(childOf(undefined, random));
  expect(own).toBe(`00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-00`);
  expect(parseTraceparent(own)).toBeDefined();
});
