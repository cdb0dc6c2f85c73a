import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { PARTIES, type Party } from '@rapport-live/protocol';
import type { Cue } from '../demo/sample-call';
import { analyzeRecording } from './analyze-recording';
import { oneOf } from './arguments';
import { command, pathOf, type Surroundings } from './command';
import { clock } from './clock';
import { startProgress } from './progress';
import { readChat } from './recording/chat-file';
import { readHolds } from './recording/hold-list';
import { Ffmpeg } from './recording/ffmpeg';
import { openRecording } from './recording/open-recording';
import type { Channels, Recording } from './recording/recording';
import { EXIT, misuse, Refusal } from './refusal';
import { prepareFolder, writeResults } from './results-folder';
import type { LocalService } from './service-in-process';

const specs = {
  chat: { value: 'FILE', purpose: 'chat of the call: JSON Lines of {"ptsMs", "party", "text"}' },
  holds: { value: 'SPANS', purpose: 'when the customer was on hold, in seconds: 12-45,100-130' },
  out: { value: 'DIR', purpose: 'where the results go (default: NAME.rapport beside the recording)' },
  party: { value: 'PARTY', purpose: 'whose voice it is (default: customer)', choices: PARTIES },
  stereo: { value: 'LEFT,RIGHT', purpose: 'two channels, a party each: customer,agent' },
  language: { value: 'TAG', purpose: 'language spoken, as en or en-GB' },
  pace: { value: 'N', purpose: 'at most N media seconds a second (default: as fast as transcripts keep up)' },
} as const;

interface Plan {
  readonly recording: Recording;
  readonly outDir: string;
  readonly chat: readonly Cue[];
  readonly holds: readonly Cue[];
}

export const analyze = command(
  {
    name: 'analyze',
    usage: 'FILE... [options]',
    summary: 'Analyzes recordings on this machine and writes results.jsonl, transcript.vtt and report.html.',
    notes: [
      'WAV (PCM, floating-point, A-law and mu-law, 8 to 192 kHz, one or two channels) is read as it is; other sound and video through ffmpeg.\nWithout ffmpeg the sound of FLAC, and of Opus in WebM and Ogg, is read all the same.\nOnly the customer is assessed. A voice of both in one channel (--party mixed) is transcribed and never assessed.',
    ],
    specs,
  },
  async (files, options, around) => {
    if (files.length === 0) throw misuse('analyze needs a recording: npm run rapport -- analyze call.wav');
    for (const own of ['chat', 'holds'] as const) {
      if (options[own] === undefined || files.length < 2) continue;
      throw misuse(`--${own} belongs to one recording: give one FILE.`);
    }
    const holds = options.holds === undefined ? [] : readHolds(options.holds);
    const pace = paceOf(options.pace);
    const channelsFor = channelChoice(options.party as Party | undefined, options.stereo);
    const chat = options.chat === undefined ? [] : readChat(readText(pathOf(around, options.chat)), options.chat);
    // Every file is looked at before the first is analysed: a wrong name is told at once.
    const ffmpeg = new Ffmpeg(around.config().video.ffmpeg);
    const plans: Plan[] = [];
    for (const file of files) {
      const path = pathOf(around, file);
      const recording = await openRecording(path, (channels) => channelsFor(channels, basename(file)), ffmpeg);
      plans.push({ recording, chat, holds, outDir: outDirOf(path, options.out, files.length > 1, around) });
    }
    const twice = plans.find(({ outDir }, i) => plans.some((other, j) => j < i && other.outDir === outDir));
    if (twice !== undefined) throw misuse(`Two recordings would write to ${twice.outDir}: analyze them one by one.`);
    // Else it would be known after an hour of work.
    for (const { outDir } of plans) prepareFolder(outDir);

    around.stderr.write('Loading and checking the models ...\n');
    // The service is half a second to load: no other command, and no wrong name, waits for it.
    const { startLocalService } = await import('./service-in-process.js');
    const service = await startLocalService(around.config());
    try {
      for (const plan of plans) {
        if (around.interrupted.aborted) break;
        await analyzeOne(service, plan, { pace, language: options.language }, around);
      }
      return around.interrupted.aborted ? EXIT.interrupted : EXIT.ok;
    } finally {
      await service.close();
    }
  },
);

async function analyzeOne(
  service: LocalService,
  { recording, outDir, chat, holds }: Plan,
  wanted: { readonly pace?: number; readonly language?: string },
  { stderr, stdout, interrupted }: Surroundings,
): Promise<void> {
  const voices = recording.streams.map(
    ({ kind, party }) => `${kind} of ${party === 'mixed' ? 'both' : `the ${party}`}`,
  );
  stderr.write(`${recording.name}: ${voices.join(', ')}${chat.length === 0 ? '' : `, ${chat.length} messages`}.\n`);
  let told = 0;
  const tellRemarks = (): void => {
    for (; told < recording.remarks.length; told += 1) stderr.write(`${recording.name}: ${recording.remarks[told]}\n`);
  };
  tellRemarks();
  const startMs = performance.now();
  // A chat may go on behind the sound.
  const lastMs = Math.max(...[...chat, ...holds].map(({ ptsMs }) => ptsMs), recording.durationMs);
  const progress = startProgress(stderr, recording.name, recording.durationMs === 0 ? 0 : lastMs);
  const results = await analyzeRecording(service, recording, {
    ...wanted,
    chat,
    holds,
    onProgress: (mediaMs) => progress.at(mediaMs),
    signal: interrupted,
  }).finally(() => progress.stop());
  const wallMs = performance.now() - startMs;
  const ended = results[results.length - 1]!.event;
  if (ended.type !== 'rapport.session.ended') throw new Error('The last result is not rapport.session.ended.');
  const { durationMs: mediaMs, incomplete, reason } = ended.data;
  tellRemarks();
  const remarks = [...recording.remarks];
  if (interrupted.aborted) remarks.push('Stopped by hand: the rest of the recording was not analysed.');
  else if (reason === 'error') remarks.push('A fault ended the analysis: the rest of the recording is missing.');
  else if (incomplete) remarks.push('This machine finished nothing for two minutes: the last seconds are missing.');
  if (incomplete || interrupted.aborted) stderr.write(`${recording.name}: ${remarks[remarks.length - 1]}\n`);
  const report = writeResults(outDir, { name: recording.name, results, remarks });
  stderr.write(
    `${recording.name}: ${clock(mediaMs)} in ${clock(wallMs)}, ${(mediaMs / wallMs).toFixed(1)} times real time.\n`,
  );
  stdout.write(`${report}\n`);
}

function outDirOf(path: string, out: string | undefined, several: boolean, around: Surroundings): string {
  const own = `${basename(path, extname(path))}.rapport`;
  if (out === undefined) return join(dirname(path), own);
  const folder = pathOf(around, out);
  return several ? join(folder, own) : folder;
}

function paceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const pace = Number(text);
  if (!(pace >= 0.1 && pace <= 100)) throw misuse(`--pace ${text} is not usable: give a number from 0.1 to 100.`);
  return pace;
}

/** Which parties the channels of a file are. A file of two channels wants to be told: they may be one voice or two. */
export function channelChoice(
  party: Party | undefined,
  stereo: string | undefined,
): (channels: 1 | 2, name: string) => Channels {
  if (party !== undefined && stereo !== undefined) throw misuse('--party and --stereo exclude each other: give one.');
  if (stereo === undefined) {
    return (channels, name) => {
      if (channels === 1 || party !== undefined) return [party ?? 'customer'];
      throw misuse(
        `${name} has two channels: say whose they are with --stereo customer,agent, or mix them down with --party customer.`,
      );
    };
  }
  const named = stereo.split(',').map((word) => word.trim());
  const [left, right, more] = named.map((word) => PARTIES.find((known) => known === word));
  if (left === undefined || right === undefined || more !== undefined || named.length !== 2) {
    throw misuse(`--stereo ${stereo} is not usable: name two of ${oneOf(PARTIES)}, as customer,agent.`);
  }
  return (channels, name) => {
    if (channels === 2) return [left, right];
    throw misuse(`${name} has one channel: use --party instead of --stereo.`);
  };
}

function readText(path: string): string {
  if (!existsSync(path)) throw new Refusal(`${path} does not exist: check the name behind --chat.`);
  return readFileSync(path, 'utf8');
}
