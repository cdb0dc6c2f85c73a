import { KAFKA_TROUBLES, kafkaTrouble, TopicFaultError } from './kafka-trouble';

test.each([
  ['unreachable', { name: 'KafkaJSConnectionError', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }],
  ['unreachable', { message: 'Connection error: getaddrinfo ENOTFOUND kafka' }],
  ['unreachable', { name: 'KafkaJSRequestTimeoutError', message: 'Request Produce timed out' }],
  ['tls', { name: 'KafkaJSConnectionError', code: 'SELF_SIGNED_CERT_IN_CHAIN', message: 'self-signed' }],
  ['tls', { name: 'KafkaJSConnectionError', code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: 'x' }],
  ['auth', { name: 'KafkaJSSASLAuthenticationError', message: 'SASL PLAIN authentication failed' }],
  ['auth', { type: 'SASL_AUTHENTICATION_FAILED', message: 'x' }],
  ['forbidden', { type: 'TOPIC_AUTHORIZATION_FAILED', message: 'x' }],
  ['forbidden', { type: 'CLUSTER_AUTHORIZATION_FAILED', message: 'x' }],
  ['codec', { type: 'UNSUPPORTED_COMPRESSION_TYPE', message: 'x' }],
  ['topic', new TopicFaultError(['rapport.results: partitions is 1, wanted 6'])],
  ['registry', { name: 'SchemaRegistryError', message: 'does not answer' }],
  ['other', { message: 'something new' }],
] as const)('%s is told of %j', (code, error) => {
  const wrapped = { name: 'KafkaJSNonRetriableError', message: 'retries are over', cause: error };
  for (const given of [error, wrapped]) {
    expect(kafkaTrouble(given)).toEqual({ code, message: `${KAFKA_TROUBLES[code]} (${error.message})` });
  }
});

test('an error that is its own cause ends somewhere', () => {
  const error: { message: string; cause?: unknown } = { message: 'x' };
  error.cause = error;
  expect(kafkaTrouble(error).code).toBe('other');
  expect(kafkaTrouble(undefined).message).toContain('no reason given');
});
