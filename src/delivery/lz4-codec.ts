import { RapportError } from '@rapport-live/protocol';

/** LZ4 frames, as Kafka's records carry them. */
export interface Lz4 {
  compressFrame(data: Buffer): Promise<Buffer>;
  decompressFrame(data: Buffer): Promise<Buffer>;
}

/** The package is not ours to install: gzip needs nothing. Throws `config_invalid` where it is not there. */
export async function loadLz4(load: () => Promise<unknown> = () => import('lz4-napi')): Promise<Lz4> {
  try {
    return (await load()) as Lz4;
  } catch (error) {
    const message = 'KAFKA_COMPRESSION=lz4 needs the package lz4-napi: npm install lz4-napi@2.10.0, or set gzip.';
    throw new RapportError('config_invalid', message, { cause: error });
  }
}
