import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPRESSIONS, FACE_SIZE_PX } from '../../src/eval/corpora/faces';
import { random } from '../../src/eval/signal/random';

/** A tar of regular files (POSIX.1-2017, ustar), as much of it as the reader looks at. */
export function tarOf(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    return [header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** DATA/CORPUS of one speaker, the same sound under each emotion. */
export function writeSpeech(dataDir: string, corpus: string, emotions: readonly string[], sound: Uint8Array): void {
  const folder = join(dataDir, corpus);
  mkdirSync(folder, { recursive: true });
  const rows = emotions.map((emotion) => `${emotion}.ogg,${emotion},1,female`);
  writeFileSync(join(folder, 'index.csv'), ['path,emotion,speaker,gender', ...rows, ''].join('\n'));
  writeFileSync(
    join(folder, `${corpus}.tar`),
    tarOf(Object.fromEntries(emotions.map((name) => [`${name}.ogg`, sound]))),
  );
}

/** PREPARED/NAME.u8 and NAME.csv: pictures of noise. */
export function writeFaces(preparedDir: string, count: number): void {
  const next = random(1);
  const pixels = Buffer.from(Array.from({ length: count * FACE_SIZE_PX ** 2 }, () => Math.floor(next() * 256)));
  const named = (i: number): string => EXPRESSIONS[i % EXPRESSIONS.length]!;
  const voted = Array.from(
    { length: count },
    (_, i) => `test,${EXPRESSIONS.map((e) => (e === named(i) ? 9 : 0)).join()}`,
  );
  writeFileSync(join(preparedDir, 'ferplus.u8'), pixels);
  writeFileSync(join(preparedDir, 'ferplus.csv'), [`split,${EXPRESSIONS.join()}`, ...voted, ''].join('\n'));
  const posed = Array.from({ length: count }, (_, i) => `${named(i)},S${i % 3}`);
  writeFileSync(join(preparedDir, 'ckplus.u8'), pixels);
  writeFileSync(join(preparedDir, 'ckplus.csv'), ['expression,subject', ...posed, ''].join('\n'));
}

/** PREPARED/words: the same sound as each word. */
export function writeWords(preparedDir: string, words: readonly string[], each: number, sound: Int16Array): void {
  const folder = join(preparedDir, 'words');
  mkdirSync(folder, { recursive: true });
  const rows = words.flatMap((word) => Array.from({ length: each }, () => `${word},made,${sound.length}`));
  const bytes = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength);
  writeFileSync(join(folder, 'words.csv'), ['word,voice,samples', ...rows, ''].join('\n'));
  writeFileSync(join(folder, 'words.pcm'), Buffer.concat(rows.map(() => bytes)));
}
