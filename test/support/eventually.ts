/** Waits for something outside this process, or behind it: looks again and again, for half a minute at most. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come about within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
