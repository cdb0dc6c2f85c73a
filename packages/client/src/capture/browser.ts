/**
 * The parts of a browser that the client uses, no larger than it uses them. So no types of the DOM are wanted, which
 * Node has not, and tests can write a browser down.
 */

export interface Listenable {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** `MediaStreamTrack`. */
export interface MediaTrack extends Listenable {
  readonly readyState: string;
  readonly muted: boolean;
  stop(): void;
}

/** `MediaStream`. */
export interface MediaSource {
  getAudioTracks(): MediaTrack[];
  getVideoTracks(): MediaTrack[];
}

export interface AudioNodeLike {
  connect(to: object): unknown;
  disconnect(): void;
}

export interface AudioContextLike extends Listenable {
  readonly sampleRate: number;
  readonly state: string;
  readonly destination: object;
  readonly audioWorklet?: { addModule(url: string): Promise<void> };
  createMediaStreamSource(source: MediaSource): AudioNodeLike;
  resume(): Promise<void>;
  close(): Promise<void>;
}

export interface WorkletNodeLike extends AudioNodeLike {
  readonly port: {
    onmessage: ((event: { readonly data: ArrayBuffer }) => void) | null;
    postMessage(data: unknown): void;
  };
}

/** `HTMLVideoElement`. */
export interface VideoLike {
  srcObject: unknown;
  muted: boolean;
  playsInline: boolean;
  readonly videoWidth: number;
  readonly videoHeight: number;
  readonly readyState: number;
  play(): Promise<void>;
}

/** `OffscreenCanvas`, or `HTMLCanvasElement` where there is none. */
export interface CanvasLike {
  width: number;
  height: number;
  getContext(
    kind: '2d',
    options: object,
  ): { drawImage(image: unknown, x: number, y: number, width: number, height: number): void } | null;
  convertToBlob?(options: object): Promise<BlobLike>;
  toBlob?(done: (blob: BlobLike | null) => void, type: string, quality: number): void;
}

export interface BlobLike {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** `WebSocket`. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(data: string | Uint8Array): void;
  close(): void;
}

export interface Browser {
  readonly navigator?: {
    readonly mediaDevices?: { getUserMedia(constraints: object): Promise<MediaSource> };
  };
  readonly document?: { createElement(name: string): unknown };
  readonly AudioContext?: new (options?: object) => AudioContextLike;
  readonly AudioWorkletNode?: new (context: AudioContextLike, name: string, options: object) => WorkletNodeLike;
  readonly OffscreenCanvas?: new (width: number, height: number) => CanvasLike;
  readonly WebSocket?: new (url: string, protocols: string[]) => SocketLike;
}

/** The browser that this runs in; in Node nearly all of it is missing. */
export const browser = (): Browser => globalThis as unknown as Browser;
