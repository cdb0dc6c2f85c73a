/** `63 %` of 0.634; never 100 % of what is less. */
export function percentOf(share: number): string {
  const rounded = Math.round(share * 100);
  return `${rounded === 100 && share < 1 ? 99 : rounded} %`;
}
