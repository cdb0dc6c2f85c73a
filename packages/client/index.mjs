// One copy of the code for `import` and `require`, so that an error is an instance of the same class for both.
import client from './dist/index.js';

export const { CLIENT_BOUNDS, RapportError, RapportSession, analyzeFile, connect } = client;
