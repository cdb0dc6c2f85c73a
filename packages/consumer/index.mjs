// One copy of the code for `import` and `require`, so that an error is an instance of the same class for both.
import consumer from './dist/index.js';

export const { CONSUMER_BOUNDS, DataKeyFolder, RapportConsumer, RapportError, TOPICS } = consumer;
