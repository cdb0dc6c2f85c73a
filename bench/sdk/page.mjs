// In the page: a call as an application has it, with the browser's own (fake) devices. `pace` runs the clocks and timers of
// the page so many times faster, and its microphone is told to deliver so many times as often; `bare` has the same devices
// open and no SDK.
import { watchTasks } from './tasks.mjs';

const { pace, bare } = Object.fromEntries(new URLSearchParams(location.search));
const FRAME_MS = 40;
/** Frames come in threes and more at once when the page is busy: here always as many as are due every 20 ms. */
const FEED_EVERY_MS = 20;
const SDK = '/sdk/browser.mjs';

window.tasks = watchTasks(SDK);
window.results = 0;
window.gaps = 0;
if (pace !== undefined) runFaster(Number(pace));
if (bare === undefined) await holdCall();
else holdDevices();

/** `begin` is asked for from outside as from a click: without one a browser starts no devices. */
async function holdCall() {
  const { connect } = await import(SDK);
  const session = await connect({ url: location.origin.replace('http', 'ws') });
  session.on('rapport.window.assessed', () => (window.results += 1));
  session.on('gap', () => (window.gaps += 1));
  window.session = session;
  window.begin = async () => {
    await Promise.all([session.attachMicrophone(), session.attachCamera()]);
  };
}

function holdDevices() {
  window.begin = async () => {
    const startMs = performance.now();
    window.session = {
      get mediaMs() {
        return performance.now() - startMs;
      },
    };
    window.devices = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, frameRate: 15 } });
  };
}

function runFaster(times) {
  const realNow = performance.now.bind(performance);
  const realTimeout = window.setTimeout.bind(window);
  const realDate = Date.now.bind(Date);
  const startMs = realNow();
  const startDateMs = realDate();
  performance.now = () => startMs + (realNow() - startMs) * times;
  Date.now = () => startDateMs + (realDate() - startDateMs) * times;
  window.setTimeout = (task, ms) => realTimeout(task, ms / times);
  window.AudioWorkletNode = class extends GainNode {
    /** A real channel, as a worklet has: what the SDK does with a frame is a task of the SDK's, not of this page's. */
    #channel = new MessageChannel();
    port = this.#channel.port1;

    constructor(context) {
      super(context, { gain: 0 });
    }

    connect(to) {
      const { port2 } = this.#channel;
      let isOver = false;
      port2.onmessage = () => (isOver = true);
      const begunMs = performance.now();
      let fed = 0;
      const feed = () => {
        const due = Math.floor((performance.now() - begunMs) / FRAME_MS);
        for (; fed < due; fed += 1) {
          const { buffer } = new Int16Array(16 * FRAME_MS);
          port2.postMessage(buffer, [buffer]);
        }
        if (!isOver) realTimeout(feed, FEED_EVERY_MS);
      };
      feed();
      return super.connect(to);
    }
  };
}
