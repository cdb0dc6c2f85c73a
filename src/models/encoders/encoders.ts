import { RapportError } from '@rapport-live/protocol';
import type { JobInput, JobKind, JobOutput } from '../../inference/inference-pool';
import type { RungNotTaken } from '../../inference/provider';
import type { Task } from '../runtime/manifest';
import type { ModelSet } from '../runtime/model-folder';
import { type Graph, GraphFault } from '../runtime/onnx';
import { checkParity } from '../runtime/parity';
import type { WorkerProviders } from '../runtime/providers';
import { reasonOf } from '../runtime/rung-reason';
import { type Graphs, type StartedModel, startModel } from '../runtime/started-model';
import { ExpressionGraph, FaceDetectorGraph } from './face-graphs';
import { FaceEncoder } from './face-encoder';
import { FusionRunner } from './fusion-runner';
import { TextEncoder } from './text-encoder';
import { Tokenizer } from './tokenizer';
import { Transcriber } from './transcriber';
import { VoiceActivity } from './voice-activity';
import { VoiceEncoder } from './voice-encoder';
import { WhisperGraphs } from './whisper-graphs';

type Runners = { readonly [K in JobKind]: (input: JobInput<K>) => Promise<JobOutput<K>> | Steps<JobOutput<K>> };
/** Work in steps: it yields wherever something more urgent may run first. */
export type Steps<T> = AsyncGenerator<void, T>;

/** Every model of one worker, and each kind of job by its encoder. */
export class Encoders {
  private constructor(
    private readonly runners: Runners,
    readonly started: Readonly<Record<Task, StartedModel>>,
  ) {}

  /** `providers`: all on the CPU unless told. `selfTest`: of the models on the CPU; those on a GPU are always tested. */
  static async load(models: ModelSet, providers?: WorkerProviders, selfTest = false): Promise<Encoders> {
    const tasks = Object.keys(models) as Task[];
    const started = {} as Record<Task, StartedModel>;
    for (const task of tasks) started[task] = await startModel(models[task], providers?.[task] ?? 'cpu', selfTest);
    const graphs = Object.fromEntries(tasks.map((task) => [task, started[task].graphs])) as Record<Task, Graphs>;
    const whisper = new WhisperGraphs(
      {
        encoder: named(graphs.speech, 'encoder'),
        emotion: graphs.speech.get('emotion') ?? named(graphs.speech, 'encoder'),
        cross: named(graphs.speech, 'cross'),
        decoder: named(graphs.speech, 'decoder'),
      },
      models.speech,
    );
    const voiceActivity = new VoiceActivity(only(graphs['voice-activity']), models['voice-activity']);
    const voice = new VoiceEncoder(whisper, models.speech);
    const transcriber = new Transcriber(whisper, await Tokenizer.load(models.speech, 'decode'), models.speech);
    const face = new FaceEncoder(
      new FaceDetectorGraph(only(graphs['face-detection']), models['face-detection'].manifest.parameters),
      new ExpressionGraph(only(graphs.expression)),
      models['face-detection'],
      models.expression,
    );
    const text = new TextEncoder(only(graphs.text), await Tokenizer.load(models.text), models.text);
    const fusion = new FusionRunner(only(graphs.fusion), models.fusion);
    const runners: Runners = {
      'voice-activity': (input) => voiceActivity.run(input),
      'voice-tokens': (input) => voice.run(input),
      transcript: (input) => transcriber.run(input),
      'face-tokens': (input) => face.run(input),
      'text-tokens': (input) => text.run(input),
      fusion: (input) => fusion.run(input),
    };
    return new Encoders(runners, started);
  }

  /** A job as steps; most kinds have one. */
  async *steps<K extends JobKind>(kind: K, input: JobInput<K>): Steps<JobOutput<K>> {
    const work = this.runners[kind](input);
    return Symbol.asyncIterator in work ? yield* work : await work;
  }

  /**
   * The GPU rung that is lost, when that is why a job failed. A job of odd input fails on a sound device as well, so the
   * reference cases decide: when they still pass, the fault is the job's own.
   */
  async lostRung(error: unknown): Promise<RungNotTaken | undefined> {
    if (!(error instanceof GraphFault) || error.provider === 'cpu') return undefined;
    const { folder, graphs } = this.started[error.task];
    try {
      await checkParity(folder, graphs);
      return undefined;
    } catch {
      return { provider: error.provider, reason: reasonOf(error) };
    }
  }

  async release(): Promise<void> {
    const all = Object.values(this.started).flatMap(({ graphs }) => [...graphs.values()]);
    await Promise.all(all.map((graph) => graph.release()));
  }
}

function named(graphs: Graphs, name: string): Graph {
  const graph = graphs.get(name);
  if (!graph) throw new RapportError('model_corrupt', `the speech model has no graph ${name}`);
  return graph;
}

/** Models of one graph name it as they like. */
function only(graphs: Graphs): Graph {
  const [graph, ...others] = graphs.values();
  if (!graph || others.length > 0) throw new RapportError('model_corrupt', `one graph expected, not ${graphs.size}`);
  return graph;
}
