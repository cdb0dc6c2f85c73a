// How much of a page's JavaScript heap is compiled code. V8 makes machine code of what has run often, again and better for minutes, which
// looks like a leak to who sees the whole alone. Told by Chromium's memory dump, of the page's process.
const CATEGORIES = ['disabled-by-default-memory-infra', 'blink.user_timing'];
const MARK = 'bench-wall-code';
/** Of V8's heap: machine code; and bytecode with the tables of both. */
const SPACES = ['code_space', 'code_large_object_space', 'trusted_space', 'trusted_large_object_space'];

/** Bytes. */
export async function compiledCode(page) {
  const events = [];
  page.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const over = new Promise((resolve) => page.on('Tracing.tracingComplete', resolve));
  const traceConfig = { includedCategories: CATEGORIES, memoryDumpConfig: { triggers: [] } };
  await page.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  await page.run(`performance.mark('${MARK}'); performance.clearMarks('${MARK}')`);
  await page.send('Tracing.requestMemoryDump', { deterministic: true, levelOfDetail: 'detailed' });
  await page.send('Tracing.end');
  await over;
  for (const name of ['dataCollected', 'tracingComplete']) page.on(`Tracing.${name}`, undefined);
  const { pid } = events.find(({ name }) => name === MARK) ?? {};
  const dump = events.find((event) => event.pid === pid && event.args?.dumps?.allocators !== undefined);
  if (dump === undefined) throw new Error('bench:wall: no memory dump of the page came.');
  const bytesOf = (space) =>
    parseInt(dump.args.dumps.allocators[`v8/main/heap/${space}`]?.attrs?.allocated_objects_size?.value ?? '0', 16);
  return SPACES.reduce((sum, space) => sum + bytesOf(space), 0);
}
