import { RapportError } from '@rapport-live/protocol';
import type { Ffmpeg } from './ffmpeg';

/** What a file holds. */
export interface FileContent {
  readonly hasSound: boolean;
  readonly hasPictures: boolean;
  /** Absent where the container does not tell. */
  readonly durationMs: number | undefined;
}

/** A part of a file, in the order of its time. */
export interface FilePart {
  readonly fromMs: number;
  /** PCM16, 16 kHz, channels side by side; empty without sound. */
  readonly pcm: Uint8Array;
  /** JPEGs, the first at `fromMs`, then `1000 / stillsPerSecond` apart. */
  readonly stills: readonly Uint8Array[];
}

export interface ExtractOptions {
  readonly channels: 1 | 2;
  readonly stillsPerSecond: number;
  readonly maxSidePx: number;
}

/** Of a file that is in memory at a time, s: 1 MB of sound, and stills of a few MB. */
const PART_S = 30;
/** Runs of one instance of @ffmpeg/core 0.12.10: number 159 always dies, so it is replaced well before. */
const MAX_RUNS = 100;
const FOLDER = '/input';

/** Takes sound and stills out of a file, part by part; the file itself stays on disk. */
export class Extraction {
  private ffmpeg: Ffmpeg | undefined;
  private runs = 0;
  private log: string[] = [];
  private readonly keepLog = ({ message }: { readonly message: string }): void => {
    this.log.push(message);
    if (this.log.length > 200) this.log.shift();
  };

  constructor(
    private readonly file: File,
    private readonly load: () => Promise<Ffmpeg>,
    private readonly options: ExtractOptions,
  ) {}

  /** Rejects with RapportError `file_unreadable` where there is neither sound nor a picture. */
  async content(): Promise<FileContent> {
    await this.run(['-i', this.input]); // ends with an error, since no output is wanted, and tells what there is
    const streams = this.log.filter((line) => /Stream #0:\d/.test(line));
    const has = (kind: string): boolean =>
      streams.some((line) => line.includes(` ${kind}: `) && !line.includes('(attached pic)'));
    const content = { hasSound: has('Audio'), hasPictures: has('Video'), durationMs: durationMs(this.log) };
    if (!content.hasSound && !content.hasPictures) {
      const said = this.log.at(-1) ?? 'nothing was said of it';
      throw new RapportError('file_unreadable', `The file has neither sound nor pictures: ${said}`);
    }
    return content;
  }

  async *parts(content: FileContent): AsyncGenerator<FilePart> {
    const endMs = content.durationMs ?? Infinity;
    for (let fromS = 0; fromS * 1000 < endMs; fromS += PART_S) {
      const part = await this.part(fromS, content);
      if (part.pcm.byteLength === 0 && part.stills.length === 0) return;
      yield part;
    }
  }

  close(): void {
    this.ffmpeg?.terminate();
    this.ffmpeg = undefined;
  }

  private async part(fromS: number, { hasSound, hasPictures }: FileContent): Promise<FilePart> {
    const { channels, stillsPerSecond, maxSidePx } = this.options;
    const sound = ['-map', '0:a:0', '-ac', `${channels}`, '-ar', '16000', '-f', 's16le', 'sound.pcm'];
    const size = `scale='min(${maxSidePx},iw)':'min(${maxSidePx},ih)':force_original_aspect_ratio=decrease`;
    // Without `-huffman default` its MJPEG encoder hangs.
    const jpeg = ['-vf', `fps=${stillsPerSecond},${size}`, '-huffman', 'default', '-q:v', '4', '-f', 'image2'];
    const pictures = ['-map', '0:v:0', ...jpeg, 'still-%d.jpg'];
    const input = ['-ss', `${fromS}`, '-t', `${PART_S}`, '-i', this.input];
    await this.run(['-y', ...input, ...(hasSound ? sound : []), ...(hasPictures ? pictures : [])]);
    const pcm = (hasSound ? await this.take('sound.pcm') : undefined) ?? new Uint8Array(0);
    const stills: Uint8Array[] = [];
    while (hasPictures && stills.length <= PART_S * stillsPerSecond + 1) {
      const still = await this.take(`still-${stills.length + 1}.jpg`);
      if (still === undefined) break;
      stills.push(still);
    }
    return { fromMs: fromS * 1000, pcm, stills };
  }

  /** A file that a run wrote, which is removed; undefined where it wrote none. */
  private async take(name: string): Promise<Uint8Array | undefined> {
    try {
      const bytes = (await this.ffmpeg!.readFile(name)) as Uint8Array;
      await this.ffmpeg!.deleteFile(name);
      return bytes;
    } catch {
      return undefined;
    }
  }

  private async run(args: string[]): Promise<void> {
    if (this.runs === MAX_RUNS) this.close();
    if (this.ffmpeg === undefined) {
      this.runs = 0;
      this.ffmpeg = await this.load();
      await this.ffmpeg.createDir(FOLDER);
      await this.ffmpeg.mount('WORKERFS', { files: [this.file] }, FOLDER);
    }
    this.runs += 1;
    this.log = [];
    this.ffmpeg.on('log', this.keepLog);
    try {
      await this.ffmpeg.exec(['-hide_banner', '-nostdin', ...args]);
    } finally {
      this.ffmpeg?.off('log', this.keepLog);
    }
  }

  private get input(): string {
    return `${FOLDER}/${this.file.name}`;
  }
}

function durationMs(log: readonly string[]): number | undefined {
  const found = /Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(log.join('\n'));
  if (found === null) return undefined;
  const [hours, minutes, seconds] = found.slice(1).map(Number) as [number, number, number];
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
