import { useEffect, useRef, useState } from 'preact/hooks';
import { readSound } from './read-sound';
import { type Recording, recordVoice } from './record-voice';
import type { Snippet } from './snippet';
import { SoundError } from './sound-error';

export interface Voice {
  /** `busy`: the browser asks for the microphone, or reads what there is. */
  readonly state: 'idle' | 'busy' | 'recording';
  /** Wall clock, of the newest recording that was begun here. */
  readonly sinceMs: number;
  /** Why the newest try brought nothing. */
  readonly error: SoundError | undefined;
  record(): void;
  stop(): void;
  choose(file: File): void;
}

/** A recording, made or chosen. One at a time; whoever leaves the page records no more. */
export function useVoice(onSnippet: (snippet: Snippet) => void): Voice {
  const [state, setState] = useState<Voice['state']>('idle');
  const [sinceMs, setSinceMs] = useState(0);
  const [error, setError] = useState<SoundError>();
  const recording = useRef<Recording | undefined>(undefined);
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
      recording.current?.stop();
    },
    [],
  );

  async function run(make: () => Promise<Snippet>): Promise<void> {
    setError(undefined);
    setState('busy');
    try {
      const snippet = await make();
      if (!isGone.current) onSnippet(snippet);
    } catch (caught) {
      if (!(caught instanceof SoundError)) throw caught;
      setError(caught);
    } finally {
      recording.current = undefined;
      setState('idle');
    }
  }
  async function recorded(): Promise<Snippet> {
    const begun = await recordVoice();
    recording.current = begun;
    if (isGone.current) begun.stop();
    setSinceMs(Date.now());
    setState('recording');
    const sound = await begun.sound;
    setState('busy');
    return readSound(sound);
  }
  return {
    ...{ state, sinceMs, error },
    record: () => void run(recorded),
    stop: () => recording.current?.stop(),
    choose: (file) => void run(() => readSound(file, file.name)),
  };
}
