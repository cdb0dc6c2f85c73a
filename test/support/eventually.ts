/** Waits for something outside this process, or behind it: looks again and again, for half a minute at most. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (let looks = 0; !(await holds()); looks += 1) {
    if (Date.now() > deadline) throw new Error('it did not come about within 30 s');
    // At first what is on its way here anyway is let through; then it may take longer.
    await new Promise((resolve) => (looks < 50 ? setImmediate(resolve) : setTimeout(resolve, 20)));
  }
}
