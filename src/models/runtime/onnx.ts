import './no-telemetry';
import { join } from 'node:path';
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { RapportError } from '@rapport-live/protocol';
import type { Provider } from '../../inference/provider';
import type { Task, TensorSpec } from './manifest';
import type { ModelFolder } from './model-folder';

/** The one file that knows ONNX Runtime. `create` and `run` block the thread they are on: only workers load this. */

export type { Tensor };
export type Tensors = Readonly<Record<string, Tensor>>;

export function float32(data: Float32Array, shape: readonly number[]): Tensor {
  return new Tensor('float32', data, shape);
}

export function int64(values: ArrayLike<number>, shape: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
}

/** The numbers of a float32 tensor: its own memory, not a copy. */
export function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}

/** Whether this build of the runtime knows the provider at all; its libraries may still be missing. */
export function canDrive(provider: Provider): boolean {
  return listSupportedBackends().some(({ name }) => name === provider);
}

/** A graph failed while running: by its input, or because the device under it is lost. */
export class GraphFault extends Error {
  constructor(
    message: string,
    readonly task: Task,
    readonly provider: Provider,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** One graph of a model, ready to run on one thread. */
export class Graph {
  private constructor(
    private readonly session: InferenceSession,
    readonly inputs: readonly TensorSpec[],
    readonly outputs: readonly TensorSpec[],
    private readonly name: string,
    private readonly task: Task,
    private readonly provider: Provider,
  ) {}

  /** Throws `model_corrupt` when the file is no graph, or one with other tensors than its manifest says. */
  static async load(folder: ModelFolder, graph: string, provider: Provider): Promise<Graph> {
    const spec = folder.manifest.graphs[graph];
    if (!spec) throw new RapportError('model_corrupt', `${folder.path}/model.json has no graph ${graph}`);
    const path = join(folder.path, spec.file);
    let session: InferenceSession;
    try {
      session = await InferenceSession.create(path, {
        executionProviders: [provider],
        // One worker a core, one thread a worker. Spinning took 60 ms CPU a run against 18 (notes on the runtime).
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        // Without VNNI, 8-bit products are summed in 16 bits and saturate; this takes exact sums there (slower), and
        // nothing elsewhere (onnxruntime_session_options_config_keys.h, kOrtSessionOptionsAvx2PrecisionMode).
        extra: { session: { intra_op: { allow_spinning: '0' }, x64quantprecision: '1' } },
        logSeverityLevel: 3,
      });
    } catch (cause) {
      throw new RapportError('model_corrupt', `${path} cannot be loaded`, { cause });
    }
    const said = [...spec.inputs, ...spec.outputs].map((tensor) => tensor.name).sort();
    const found = [...session.inputNames, ...session.outputNames].sort();
    if (said.join() !== found.join()) {
      throw new RapportError('model_corrupt', `${path} has tensors ${found.join()}, its manifest says ${said.join()}`);
    }
    const { name, task } = folder.manifest;
    return new Graph(session, spec.inputs, spec.outputs, `${name} ${graph}`, task, provider);
  }

  /**
   * The outputs named, or all; a tensor given for one is written to and comes back, null lets the runtime make it.
   * Throws GraphFault, which names the model and graph.
   */
  async run(
    feeds: Tensors,
    outputs: readonly string[] | Readonly<Record<string, Tensor | null>> = this.session.outputNames,
  ): Promise<Tensors> {
    try {
      return (await this.session.run(feeds, outputs)) as Tensors;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new GraphFault(`${this.name}: ${message}`, this.task, this.provider, cause);
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** The output of that name; a graph that loaded has it. */
export function output(tensors: Tensors, name: string): Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`no output ${name}`);
  return tensor;
}
