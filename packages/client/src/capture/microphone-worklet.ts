/**
 * What runs on the browser's audio thread: mixes the microphone to one channel of 16-bit samples and hands them over in
 * frames. It is text, since an AudioWorklet loads a script of its own: a blob by default, or the file
 * `dist/microphone-worklet.js` where a page's Content-Security-Policy allows none.
 */
export const MICROPHONE_WORKLET = `registerProcessor('rapport-microphone', class extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.size = processorOptions.frameSamples;
    this.frame = new Int16Array(this.size);
    this.filled = 0;
    this.port.onmessage = () => (this.isOver = true);
  }
  process([channels]) {
    const samples = channels.length > 0 ? channels[0].length : 0;
    for (let i = 0; i < samples; i += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      this.frame[this.filled++] = Math.max(-1, Math.min(1, sum / channels.length)) * 32767;
      if (this.filled < this.size) continue;
      this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
      this.frame = new Int16Array(this.size);
      this.filled = 0;
    }
    return !this.isOver;
  }
});
`;
