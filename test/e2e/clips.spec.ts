import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS } from '@rapport-live/protocol';
import { consumeAll } from '../delivery/support/consume';
import { makeCall } from '../support/call';
import { expectWhole, type HeardSession } from '../support/heard-session';
import { eventually } from '../support/eventually';
import { holdCall } from '../support/hold-call';
import { kafkaAvailable } from '../support/kafka/jars';
import { type KafkaCluster, startKafka } from '../support/kafka/kafka-cluster';
import { readLog } from '../support/local-log';
import { ServiceProcess } from '../support/service-process';
import { SAMPLES_PER_MS } from '../support/sound';
import { readWavAt16k } from '../support/wav-file';

/** Real recordings, kept outside the repository for their licences. */
const CLIPS = join(__dirname, '../../../shared/data/clips');
const hasClips = existsSync(CLIPS);
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const PACE = 3;
const ENGLISH = { language: 'en', consent: { analysis: true } } as const;

const withClips = hasClips ? describe : describe.skip;
const withFfmpeg = hasFfmpeg ? it : it.skip;

withClips(
  hasClips ? 'real recordings' : 'real recordings (skipped: no folder shared/data/clips beside the repository)',
  () => {
    let service: ServiceProcess;
    let kafka: KafkaCluster | undefined;
    let door: Awaited<ReturnType<ServiceProcess['door']>>;
    const sessions: HeardSession[] = [];

    beforeAll(async () => {
      if (kafkaAvailable().ok) kafka = await startKafka();
      const env: Record<string, string> = kafka === undefined ? {} : { KAFKA_BROKERS: kafka.brokers.join(',') };
      service = new ServiceProcess({ LOG_LEVEL: 'warn', ...env });
      door = await service.door();
    }, 240_000);

    afterAll(async () => {
      await service?.remove();
      await kafka?.stop();
    });

    const lagRecords = async (): Promise<number> => {
      const ready = (await (await fetch(`${door.http}/readyz`)).json()) as {
        details: { kafka: { lagRecords: number } };
      };
      return ready.details.kafka.lagRecords;
    };

    const words = (heard: HeardSession): string =>
      heard
        .all('rapport.transcript.final')
        .map(({ data }) => data.text)
        .join(' ')
        .toLowerCase();

    it('hears a conversation of two people', async () => {
      const samples = readWavAt16k(join(CLIPS, 'katiesteve_conversation.wav'));
      const call = makeCall({ voices: [{ party: 'customer', samples }] });
      const heard = await holdCall(door, call, { pace: PACE, session: { channel: 'voice', ...ENGLISH } });
      sessions.push(heard);
      expectWhole(heard, 'development');
      expect(words(heard).split(' ').length).toBeGreaterThan(30);
      expect(words(heard)).toMatch(/\b(the|you|and)\b/);
      const withVoice = heard.windows.filter(({ modalities }) => modalities.voice.present);
      expect(withVoice.length).toBeGreaterThanOrEqual(15);
      expect(withVoice.every(({ emotion }) => emotion !== undefined)).toBe(true);
    }, 60_000);

    it('transcribes a mixed call of 8 kHz and assesses nobody in it', async () => {
      const samples = readWavAt16k(join(CLIPS, 'call_auto_8k.wav')).subarray(0, 45_000 * SAMPLES_PER_MS);
      const call = makeCall({ voices: [{ party: 'mixed', samples }] });
      const heard = await holdCall(door, call, { pace: PACE, session: { channel: 'voice', ...ENGLISH } });
      sessions.push(heard);
      expectWhole(heard, 'development');
      expect(words(heard).split(' ').length).toBeGreaterThan(30);
      expect(heard.all('rapport.transcript.final').every(({ data }) => data.party === 'mixed')).toBe(true);
      expect(heard.windows.length).toBeGreaterThan(20);
      for (const { emotion, label, abstained, intents, modalities } of heard.windows) {
        expect([emotion, label, abstained, intents]).toEqual([undefined, undefined, 'party_unknown', []]);
        expect(Object.values(modalities).some(({ present }) => present)).toBe(false);
      }
    }, 60_000);

    withFfmpeg(
      hasFfmpeg ? 'sees and hears a talking face' : 'sees and hears a talking face (skipped: no ffmpeg)',
      async () => {
        const call = decoded(join(CLIPS, 'ravdess_01-01-01-01-01-01-01.mp4'), 4);
        const heard = await holdCall(door, call, { pace: PACE, session: { channel: 'video', ...ENGLISH } });
        sessions.push(heard);
        expectWhole(heard, 'development');
        expect(words(heard)).toMatch(/kids|talking|door/);
        expect(heard.windows.every(({ modalities }) => modalities.face.present)).toBe(true);
        expect(heard.windows.some(({ modalities }) => modalities.voice.present)).toBe(true);
      },
      60_000,
    );

    withFfmpeg(
      hasFfmpeg ? 'sees that there is nobody' : 'sees that there is nobody (skipped: no ffmpeg)',
      async () => {
        const call = decoded(join(CLIPS, 'face_video/no_face.mp4'), 4);
        const heard = await holdCall(door, call, { pace: PACE, session: { channel: 'video', ...ENGLISH } });
        sessions.push(heard);
        expectWhole(heard, 'development');
        expect(heard.windows.some(({ modalities }) => modalities.face.present)).toBe(false);
      },
      60_000,
    );

    it('is all in the local log, and in Kafka where there is one', async () => {
      if (kafka !== undefined) await eventually(async () => (await lagRecords()) === 0);
      await service.kill('SIGTERM');
      expect(service.stdout + service.stderr).toBe(''); // no warning
      const log = await readLog(service.dataDir);
      expect(log.length).toBe(sessions.reduce((sum, { results }) => sum + results.length, 0));
      if (kafka === undefined) return;
      const consumed = await consumeAll(kafka.brokers, TOPICS);
      expect(consumed.map(({ headers }) => headers.ce_id).sort()).toEqual(log.map(({ event }) => event.id).sort());
    }, 60_000);
  },
);

/** Sound and four pictures a second of a film, by ffmpeg. */
function decoded(film: string, seconds: number): ReturnType<typeof makeCall> {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-film-'));
  try {
    const base = ['-nostdin', '-loglevel', 'error', '-t', String(seconds), '-i', film];
    const sound = join(folder, 'sound.wav');
    execFileSync('ffmpeg', [...base, '-ac', '1', '-ar', '16000', '-sample_fmt', 's16', sound]);
    execFileSync('ffmpeg', [...base, '-vf', 'fps=4,scale=480:-2', '-q:v', '3', join(folder, '%04d.jpg')]);
    const names = readdirSync(folder).filter((name) => name.endsWith('.jpg'));
    const jpegs = names.sort().map((name) => readFileSync(join(folder, name)));
    return makeCall({
      voices: [{ party: 'customer', samples: readWavAt16k(sound) }],
      stills: { party: 'customer', jpegs, everyMs: 250 },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
