// How busy a core is, everything on it counted: the kernel's figures where they are (proc(5), /proc/stat), else our own CPU.
import { readFileSync } from 'node:fs';

function kernelTicks(core) {
  try {
    const line = readFileSync('/proc/stat', 'utf8').match(new RegExp(`^cpu${core} (.*)$`, 'm'));
    const ticks = line[1].split(' ').map(Number);
    // user nice system idle iowait irq softirq steal
    return { total: ticks.slice(0, 8).reduce((a, b) => a + b, 0), idle: ticks[3] + ticks[4] };
  } catch {
    return undefined;
  }
}

/** Starts a measurement; the function returned ends it and gives the busy share of the core, and our process's own. */
export function watchCore(core) {
  const [began, ownBegan, startMs] = [kernelTicks(core), process.cpuUsage(), performance.now()];
  return () => {
    const { user, system } = process.cpuUsage(ownBegan);
    const own = (user + system) / 1000 / (performance.now() - startMs);
    const ended = kernelTicks(core);
    const total = began && ended ? ended.total - began.total : 0;
    return { own, core: total > 0 ? 1 - (ended.idle - began.idle) / total : own };
  };
}
