import { float32, type Tensor, type Tensors } from '../runtime/onnx';

/** Sizes of a Whisper decoder, as its manifest gives them. */
export interface DecoderShape {
  readonly decoderLayers: number;
  readonly decoderHeads: number;
  readonly headWidth: number;
  readonly encoderWidth: number;
  /** Tokens of a text, the prompt included, at most. */
  readonly maxTokens: number;
}

/**
 * The tensors of one utterance being decoded, made once and used for one utterance after another: at 15 s of context the
 * encoder's states take 1.5 MB, cross keys and values 18 MB, and the keys and values of the tokens grow by 24 kB a token
 * and are written anew with each. Made afresh, this is what drives a worker's garbage collector.
 */
export class DecoderMemory {
  readonly hidden: Tensor;
  /** `cross_k_0` and so on. */
  readonly cross: Tensors;
  readonly alignment: Tensor;
  /** Two of each: a step reads one and writes the other. */
  private readonly caches: readonly [Caches, Caches];
  private turn = 0;

  constructor(
    readonly frames: number,
    private readonly shape: DecoderShape,
  ) {
    const { decoderHeads: heads, headWidth, encoderWidth } = shape;
    const states = frames / 2;
    const make = (dims: readonly number[]): Tensor => float32(new Float32Array(dims.reduce((a, b) => a * b)), dims);
    this.hidden = make([1, states, encoderWidth]);
    this.alignment = make([1, states]);
    this.cross = Object.fromEntries(
      names('cross', shape).map((name) => [
        name,
        make(name.includes('_k_') ? [1, heads, headWidth, states] : [1, heads, states, headWidth]),
      ]),
    );
    this.caches = [new Caches(shape), new Caches(shape)];
  }

  /** What a step reads, of `past` tokens, and where it writes them with `added` more; the turns change with each call. */
  step(past: number, added: number): { readonly past: Tensors; readonly present: Tensors } {
    const from = this.caches[this.turn]!;
    this.turn = 1 - this.turn;
    const to = this.caches[this.turn]!;
    return {
      past: from.tensors('past', past, this.shape),
      present: to.tensors('present', past + added, this.shape),
    };
  }
}

class Caches {
  private readonly numbers: readonly Float32Array[];

  constructor(private readonly shape: DecoderShape) {
    const { decoderHeads, headWidth, maxTokens } = shape;
    this.numbers = names('past', shape).map(() => new Float32Array(decoderHeads * maxTokens * headWidth));
  }

  tensors(prefix: 'past' | 'present', tokens: number, { decoderHeads, headWidth }: DecoderShape): Tensors {
    const dims = [1, decoderHeads, tokens, headWidth];
    const length = decoderHeads * tokens * headWidth;
    return Object.fromEntries(
      names(prefix, this.shape).map((name, i) => [name, float32(this.numbers[i]!.subarray(0, length), dims)]),
    );
  }
}

function names(prefix: 'past' | 'present' | 'cross', { decoderLayers }: DecoderShape): string[] {
  return Array.from({ length: decoderLayers }, (_, layer) => [`${prefix}_k_${layer}`, `${prefix}_v_${layer}`]).flat();
}

/** Sets kept for the next utterance of the same context, at most. */
const MAX_FREE_SETS = 2;

/** Memory of utterances that are over, for those to come. */
export class DecoderMemories {
  private readonly free: DecoderMemory[] = [];

  constructor(private readonly shape: DecoderShape) {}

  take(frames: number): DecoderMemory {
    const at = this.free.findIndex((memory) => memory.frames === frames);
    return (at < 0 ? undefined : this.free.splice(at, 1)[0]) ?? new DecoderMemory(frames, this.shape);
  }

  giveBack(memory: DecoderMemory): void {
    this.free.push(memory);
    if (this.free.length > MAX_FREE_SETS) this.free.shift();
  }
}
