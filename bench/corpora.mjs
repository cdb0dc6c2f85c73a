// Recordings of a folder of corpora: tar files of Ogg/Opus with an index.csv beside each (path, speaker or actor).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OggDemuxer } from '../dist/streams/codecs/ogg-demuxer.js';
import { OpusRuntime } from '../dist/streams/codecs/opus-runtime.js';

/** Rows of CSV (RFC 4180) without line breaks in fields, by column name. */
export function csv(text) {
  const [head, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field]) => unquoted(field)));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}
const unquoted = (field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);

/** Of each speaker, the clips as [path, bytes]. */
export function clipsBySpeaker(dir, name, column) {
  const speakers = new Map(
    csv(readFileSync(join(dir, name, 'index.csv'), 'utf8')).map((row) => [row.path, row[column]]),
  );
  const found = new Map();
  for (const [path, bytes] of tar(readFileSync(join(dir, name, `${name}.tar`)))) {
    const speaker = speakers.get(path);
    if (speaker !== undefined) found.set(speaker, [...(found.get(speaker) ?? []), [path, bytes]]);
  }
  return found;
}

/** Regular files of a POSIX ustar archive: names of up to 100 characters. */
function* tar(archive) {
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const name = archive.toString('utf8', at, at + 100).replace(/\0.*$/, '');
    const size = parseInt(archive.toString('ascii', at + 124, at + 136), 8);
    if (archive[at + 156] === 0x30) yield [name, archive.subarray(at + 512, at + 512 + size)];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

let runtime;

/** 16 kHz mono. */
export async function decodeOgg(file) {
  runtime ??= await new Promise((resolve) => {
    const made = new OpusRuntime(1, () => resolve(made));
  });
  const parts = [];
  const demuxer = new OggDemuxer();
  const packet = (data) => parts.push(runtime.decode(data)?.[0].slice() ?? new Float32Array(0));
  for (let at = 0; at < file.length; at += 4096) {
    demuxer.push(file.subarray(at, at + 4096), { head() {}, packet, corrupt() {} });
  }
  return Int16Array.from(
    parts.flatMap((part) => [...part]),
    (value) => Math.max(-32768, Math.min(32767, Math.round(value * 32767))),
  );
}
