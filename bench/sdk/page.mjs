// In the page: a call as an application has it. `live` is real pace with the browser's own (fake) devices; `hour` runs the
// clocks and timers of the page so many times faster, and its microphone is told to deliver so many times as often.
const { pace, live } = Object.fromEntries(new URLSearchParams(location.search));
const FRAME_MS = 40;
/** Frames come in threes and more at once when the page is busy: here always as many as are due every 20 ms. */
const FEED_EVERY_MS = 20;

window.longTasksMs = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longTasksMs.push(duration);
}).observe({ type: 'longtask', buffered: true });

const realNow = performance.now.bind(performance);
const realTimeout = window.setTimeout.bind(window);
const realDate = Date.now.bind(Date);
if (!live) {
  const startMs = realNow();
  const startDateMs = realDate();
  performance.now = () => startMs + (realNow() - startMs) * pace;
  Date.now = () => startDateMs + (realDate() - startDateMs) * pace;
  window.setTimeout = (task, ms) => realTimeout(task, ms / pace);
  window.AudioWorkletNode = class extends GainNode {
    constructor(context) {
      super(context, { gain: 0 });
    }
    port = { onmessage: null, postMessage: () => (this.isOver = true) };
    connect(to) {
      const begunMs = performance.now();
      let fed = 0;
      const feed = () => {
        const due = Math.floor((performance.now() - begunMs) / FRAME_MS);
        for (; fed < due; fed += 1) this.port.onmessage?.({ data: new Int16Array(16 * FRAME_MS).buffer });
        if (!this.isOver) realTimeout(feed, FEED_EVERY_MS);
      };
      feed();
      return super.connect(to);
    }
  };
}

const { connect } = await import('/sdk/browser.mjs');
const session = await connect({ url: location.origin.replace('http', 'ws') });
window.results = 0;
window.gaps = 0;
session.on('rapport.window.assessed', () => (window.results += 1));
session.on('gap', () => (window.gaps += 1));
window.session = session;
/** Asked for from outside as from a click: without one a browser starts no devices. */
window.begin = () => Promise.all([session.attachMicrophone(), session.attachCamera()]).then(() => {});
