import type { AudioContextLike, MediaSource, MediaTrack, VideoLike, WorkletNodeLike } from '../src/capture/browser';

/** A browser as a test writes it down: what is set here is taken off again by `restore`. */
export class ScriptedBrowser {
  /** What `getUserMedia` answers. */
  answer: () => Promise<MediaSource> = async () => new ScriptedSource();
  readonly contexts: ScriptedContext[] = [];
  readonly nodes: ScriptedNode[] = [];
  readonly videos: VideoLike[] = [];
  rateHz = 16_000;
  contextState = 'running';
  private readonly before = new Map<string, PropertyDescriptor | undefined>();

  constructor() {
    const { contexts, nodes, videos } = this;
    const browser = (): ScriptedBrowser => this;
    this.set('navigator', { mediaDevices: { getUserMedia: () => this.answer() } });
    this.set(
      'AudioContext',
      class extends ScriptedContext {
        constructor() {
          super(browser().rateHz, browser().contextState);
          contexts.push(this);
        }
      },
    );
    this.set(
      'AudioWorkletNode',
      class extends ScriptedNode {
        constructor() {
          super();
          nodes.push(this);
        }
      },
    );
    this.set('document', {
      createElement: () => {
        const video = { srcObject: null, videoWidth: 1280, videoHeight: 720, readyState: 4, play: async () => {} };
        videos.push(video as unknown as VideoLike);
        return video;
      },
    });
    this.set('OffscreenCanvas', ScriptedCanvas);
  }

  set(name: string, value: unknown): void {
    this.before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }

  restore(): void {
    for (const [name, descriptor] of this.before) {
      if (descriptor === undefined) delete (globalThis as Record<string, unknown>)[name];
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

class Listened {
  private readonly listeners = new Map<string, Set<() => void>>();

  addEventListener(type: string, listener: () => void): void {
    this.listeners.set(type, (this.listeners.get(type) ?? new Set()).add(listener));
  }

  removeEventListener(type: string, listener: () => void): void {
    this.listeners.get(type)?.delete(listener);
  }

  emit(type: string): void {
    for (const listener of [...(this.listeners.get(type) ?? [])]) listener();
  }

  get listenerCount(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

export class ScriptedTrack extends Listened implements MediaTrack {
  readyState = 'live';
  muted = false;

  stop(): void {
    this.readyState = 'ended';
  }

  /** The device is gone: browsers tell it so. */
  takeAway(): void {
    this.readyState = 'ended';
    this.emit('ended');
  }
}

export class ScriptedSource implements MediaSource {
  readonly audio = [new ScriptedTrack()];
  readonly video = [new ScriptedTrack()];
  getAudioTracks = (): ScriptedTrack[] => this.audio;
  getVideoTracks = (): ScriptedTrack[] => this.video;
}

export class ScriptedContext extends Listened implements AudioContextLike {
  readonly destination = {};
  readonly audioWorklet = { addModule: async (): Promise<void> => {} };

  constructor(
    readonly sampleRate: number,
    public state: string,
  ) {
    super();
  }

  createMediaStreamSource = () => ({ connect: () => {}, disconnect: () => {} });
  resume = async (): Promise<void> => {};

  async close(): Promise<void> {
    this.state = 'closed';
  }

  become(state: string): void {
    this.state = state;
    this.emit('statechange');
  }
}

export class ScriptedNode implements WorkletNodeLike {
  readonly port: WorkletNodeLike['port'] = { onmessage: null, postMessage: () => {} };
  connect = (): void => {};
  disconnect = (): void => {};

  /** The audio thread hands over so many ms of sound. */
  hears(ms: number, rateHz = 16_000): void {
    this.port.onmessage?.({ data: new Int16Array((ms * rateHz) / 1000).buffer });
  }
}

class ScriptedCanvas {
  constructor(
    public width: number,
    public height: number,
  ) {}

  getContext = () => ({ drawImage: () => {} });

  async convertToBlob(): Promise<Blob> {
    return new Blob([Uint8Array.of(0xff, 0xd8, this.width & 0xff, this.height & 0xff)]);
  }
}
