const { relative, sep } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/**
 * Suites that take minutes. Jest knows how long a suite takes only where it ran before; on a fresh machine it goes by the size
 * of files, and a short one like these begins when all others are done: one core then waits for the other. By the durations
 * of a whole run (377 suites, 27 min of one core) two workers take 892 s so, and 812 s with this one first; no more is to be
 * had by ordering others.
 */
const LONG = ['test/contract/contract.spec.ts'];

module.exports = class LongSuitesFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path, context }) => LONG.includes(relative(context.config.rootDir, path).split(sep).join('/'));
    return [...super.sort(tests)].sort((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
};
module.exports.LONG = LONG;
