import { MICROPHONE_WORKLET } from './microphone-worklet';

interface Processor {
  readonly port: { onmessage?: () => void };
  process(inputs: Float32Array[][]): boolean;
}

/** The audio thread's side, in its own text, against the parts of AudioWorkletGlobalScope that it uses. */
describe('the worklet of the microphone', () => {
  function opened(frameSamples: number) {
    const frames: Int16Array[] = [];
    let Registered!: new (options: object) => Processor;
    class AudioWorkletProcessor {
      readonly port = {
        // As between threads: what is handed over is gone here.
        postMessage: (data: ArrayBuffer, transfer: ArrayBuffer[]) =>
          frames.push(new Int16Array(structuredClone(data, { transfer }))),
      };
    }
    const run = new Function('AudioWorkletProcessor', 'registerProcessor', MICROPHONE_WORKLET);
    run(AudioWorkletProcessor, (_name: string, processor: typeof Registered) => (Registered = processor));
    return { frames, processor: new Registered({ processorOptions: { frameSamples } }) };
  }
  const quantum = (value: number): Float32Array => new Float32Array(128).fill(value);

  it('hands over frames of one length, each after the other: a buffer that was handed over has none any more', () => {
    const { frames, processor } = opened(640);
    for (let i = 0; i < 50; i += 1) processor.process([[quantum(i / 100)]]);
    expect(frames.map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => 640));
    expect([frames[9]![0], frames[9]![639]]).toEqual([Math.trunc(0.45 * 32767), Math.trunc(0.49 * 32767)]);
  });

  it('mixes channels, cuts what is too loud, and has nothing to do without a microphone', () => {
    const { frames, processor } = opened(128);
    processor.process([[quantum(0.5), quantum(-0.25)]]);
    processor.process([[quantum(3)]]);
    processor.process([[quantum(-3)]]);
    expect(processor.process([[]])).toBe(true);
    expect(frames.map(([first]) => first)).toEqual([Math.trunc(0.125 * 32767), 32767, -32767]);
    processor.port.onmessage!();
    expect(processor.process([[quantum(0)]])).toBe(false);
  });
});
