import type { VoiceActivityState } from '../../inference/inference-pool';
import type { ModelFolder } from '../runtime/model-folder';
import { float32, floats, type Graph, type Tensor } from '../runtime/onnx';
import { VoiceActivity } from './voice-activity';

const parameters = {
  sampleRateHz: 16_000,
  chunkSamples: 4,
  contextSamples: 1,
  stateLayers: 1,
  stateWidth: 1,
  forgetAfterChunks: 3,
  silentBelow: 0.15,
};
const folder = { path: '', manifest: { parameters } } as unknown as ModelFolder<'voice-activity'>;

/** A model that hears a chunk of ones, and grows deafer with each chunk that it remembers. */
function growingDeaf() {
  const memories: number[] = [];
  const graph = {
    run: async ({ input, state }: Record<string, Tensor>) => {
      const memory = floats(state!)[0]!;
      memories.push(memory);
      const heard = floats(input!)[1] === 1 && memory < 5 ? 0.9 : 0.01;
      return {
        output: float32(Float32Array.of(heard), [1, 1]),
        stateN: float32(Float32Array.of(memory + 1), [1, 1, 1]),
      };
    },
  } as unknown as Graph;
  return { memories, activity: new VoiceActivity(graph, folder) };
}

const chunks = (pattern: string) => Float32Array.from([...pattern].flatMap((c) => Array(4).fill(c === '#' ? 1 : 0)));
const start: VoiceActivityState = { recurrent: new Float32Array(1), context: new Float32Array(1) };

describe('VoiceActivity', () => {
  it('regression: minutes of noise made it deaf; without speech it begins anew', async () => {
    const { memories, activity } = growingDeaf();
    const { probabilities } = await activity.run({ samples: chunks('#........#'), state: start });
    expect(memories).toEqual([0, 1, 2, 3, 0, 1, 2, 0, 1, 2]);
    expect(probabilities[9]).toBeCloseTo(0.9);
  });

  it('forgets nothing while somebody speaks', async () => {
    const { memories, activity } = growingDeaf();
    await activity.run({ samples: chunks('#..#..#'), state: start });
    expect(memories).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('counts silence from job to job: how frames are batched changes nothing', async () => {
    const pattern = '#....#.......#..';
    const whole = await growingDeaf().activity.run({ samples: chunks(pattern), state: start });
    const { activity } = growingDeaf();
    const parts: number[] = [];
    let state = start;
    for (const chunk of pattern) {
      const heard = await activity.run({ samples: chunks(chunk), state });
      parts.push(...heard.probabilities);
      state = heard.state;
    }
    expect(parts).toEqual([...whole.probabilities]);
    expect(state).toEqual(whole.state);
  });
});
