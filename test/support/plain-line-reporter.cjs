/** Prints what was skipped, then the closing line that the README promises: `N passed, N failed, N skipped`. */
module.exports = class PlainLineReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) => file.testResults.filter((test) => test.status === 'pending'));
    for (const test of skipped) console.log(`skipped: ${test.fullName}`);
    const broken = results.numRuntimeErrorTestSuites;
    console.log(
      `${results.numPassedTests} passed, ${results.numFailedTests + broken} failed, ${results.numPendingTests} skipped`,
    );
  }
};
