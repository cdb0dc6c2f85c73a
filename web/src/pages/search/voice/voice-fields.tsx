import { useRef } from 'preact/hooks';
import { Trouble } from '../../../parts/trouble';
import { useNow } from '../../../parts/use-now';
import { clockOf } from '../../../words/durations';
import { seconds } from '../../conversation/words';
import { MAX_SNIPPET_MS, type Snippet } from './snippet';
import { useVoice } from './use-voice';

interface VoiceFieldsProps {
  /** What is searched by now. */
  readonly snippet: Snippet | undefined;
  readonly onSnippet: (snippet: Snippet | undefined) => void;
}

/** The search by a voice: recorded here, or a file. */
export function VoiceFields({ snippet, onSnippet }: VoiceFieldsProps) {
  const { state, sinceMs, error, record, stop, choose } = useVoice(onSnippet);
  const file = useRef<HTMLInputElement>(null);
  const isRecording = state === 'recording';
  return (
    <div class="search-voice" role="group" aria-label="Search by voice">
      <span class="muted">or by voice</span>
      <button
        type="button"
        aria-pressed={isRecording}
        disabled={state === 'busy'}
        onClick={isRecording ? stop : record}
      >
        {isRecording ? 'Stop and search' : 'Record'}
      </button>
      <button type="button" disabled={state !== 'idle'} onClick={() => file.current?.click()}>
        Choose a recording
      </button>
      <input
        ref={file}
        type="file"
        accept="audio/*,video/*"
        hidden
        onChange={({ currentTarget }) => {
          const [chosen] = currentTarget.files ?? [];
          if (chosen !== undefined) choose(chosen);
          // the same file may be chosen again
          currentTarget.value = '';
        }}
      />
      {isRecording && <Elapsed sinceMs={sinceMs} />}
      <span class="muted small" role="status">
        {isRecording
          ? 'Recording. It stops by itself after 15 s.'
          : state === 'busy'
            ? 'One moment.'
            : 'Up to 15 s: what is said in it and how. Nothing of it is kept.'}
      </span>
      {snippet !== undefined && state === 'idle' && (
        <p class="chips">
          <span class="chip">
            like {snippet.name === undefined ? 'a recording' : <bdi>{snippet.name}</bdi>} of{' '}
            {seconds(snippet.durationMs)}
            {snippet.isCut && ', its first 15 s'}
          </span>
          <button type="button" class="quiet small" onClick={() => onSnippet(undefined)}>
            Not like it
          </button>
        </p>
      )}
      {error !== undefined && <Trouble error={error} />}
    </div>
  );
}

/** For eyes: a screen reader would say every second. */
const Elapsed = ({ sinceMs }: { readonly sinceMs: number }) => (
  <span class="figures" aria-hidden="true">
    {clockOf(useNow() - sinceMs)} of {clockOf(MAX_SNIPPET_MS)}
  </span>
);
