import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertifiedKey, makeAuthority, makeCertificate } from '../certificate';

/** What a cluster with security is set up with, and what its clients need. */
export interface Security {
  readonly username: string;
  readonly password: string;
  /** PEM of the authority that signed the brokers' certificate. */
  readonly ca: string;
  /** Signed by an authority that the brokers trust. */
  readonly client: CertifiedKey;
  /** Arguments of `kafka-storage format`, which makes the users of SCRAM. */
  readonly formatArgs: readonly string[];
  /** Of every node: its own files are written below this folder. */
  properties(dir: string): Record<string, string>;
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const MODULES = 'org.apache.kafka.common.security';

/**
 * Two listeners beside the plain one: SASL over TLS, and TLS with client certificates. Both authorities, the brokers'
 * and the clients', are made for this cluster alone.
 */
export function makeSecurity(): Security {
  const username = 'rapport-service';
  const password = 'a long password = of the tests';
  const brokers = makeAuthority('Test brokers');
  const clients = makeAuthority('Test clients');
  const server = makeCertificate({ issuer: brokers });
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${username},password="${password}"]`,
  ]);
  return {
    username,
    password,
    ca: brokers.cert,
    client: makeCertificate({ name: 'rapport', issuer: clients }),
    formatArgs: scram,
    properties(dir) {
      mkdirSync(dir, { recursive: true });
      const keyStore = join(dir, 'keystore.pem');
      const trustStore = join(dir, 'truststore.pem');
      writeFileSync(keyStore, `${server.key}${server.cert}`);
      writeFileSync(trustStore, clients.cert);
      return {
        'sasl.enabled.mechanisms': MECHANISMS.join(','),
        'listener.name.sasl.plain.sasl.jaas.config': `${MODULES}.plain.PlainLoginModule required user_${username}="${password}";`,
        'listener.name.sasl.scram-sha-256.sasl.jaas.config': `${MODULES}.scram.ScramLoginModule required;`,
        'listener.name.sasl.scram-sha-512.sasl.jaas.config': `${MODULES}.scram.ScramLoginModule required;`,
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': keyStore,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': trustStore,
        'listener.name.mtls.ssl.client.auth': 'required',
      };
    },
  };
}
