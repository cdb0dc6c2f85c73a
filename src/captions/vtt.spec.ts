import type { TranscriptFinalData, TypedEvent } from '@rapport-live/protocol';
import { participant } from '../cli/testing/made-up-call';
import { vttTime, webVtt } from './vtt';

const final = (data: Partial<TranscriptFinalData>): TypedEvent =>
  ({
    type: 'rapport.transcript.final',
    data: { source: 'voice', party: 'customer', startMs: 0, endMs: 0, utteranceId: 'u', text: '', ...data },
  }) as TypedEvent;

describe('webVtt', () => {
  it('has a hold as a cue of its own, in its place', () => {
    const events = [
      final({ utteranceId: 'u-0', endMs: 2000, text: 'One moment.' }),
      final({ utteranceId: 'u-9', startMs: 9000, endMs: 9500, text: 'Back.' }),
      participant(2000, 'hold'),
      participant(9000, 'unhold'),
    ];
    expect(webVtt(events)).toContain('\n\nhold-2000\n00:00:02.000 --> 00:00:09.000\n[on hold]\n\nu-9\n');
  });

  it('writes a cue an utterance, by time, with its speaker', () => {
    const events = [
      final({ utteranceId: 'agent-voice-2-4000', party: 'agent', startMs: 4000, endMs: 5250.4, text: 'Hello.' }),
      { type: 'rapport.session.started' } as TypedEvent,
      final({ utteranceId: 'customer-voice-1-900', startMs: 900, endMs: 2000, text: 'Hi there.' }),
      final({ utteranceId: 'chat-6000', source: 'chat', startMs: 6000, endMs: 6000, text: 'my [card]' }),
    ];
    expect(webVtt(events)).toBe(
      [
        'WEBVTT\n',
        'customer-voice-1-900\n00:00:00.900 --> 00:00:02.000\n<v Customer>Hi there.</v>\n',
        'agent-voice-2-4000\n00:00:04.000 --> 00:00:05.250\n<v Agent>Hello.</v>\n',
        'chat-6000\n00:00:06.000 --> 00:00:10.000\n<v Customer (chat)>my [card]</v>\n',
      ].join('\n'),
    );
  });

  it('keeps text from being read as markup, a cue or an id', () => {
    const [, id, , text] = webVtt([final({ utteranceId: 'a --> b\n\nc', text: '<b>&\n\n00:00 --> 00:01</b>' })]).split(
      /\n+/,
    );
    expect(id).toBe('a -> b c');
    expect(text).toBe('<v Customer>&lt;b&gt;&amp; 00:00 --&gt; 00:01&lt;/b&gt;</v>');
  });

  it('shows a long utterance in cues of its own words, in the order of time among the others', () => {
    const text = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    const words = text.split(' ').map((word, i) => ({ word, startMs: i * 200, endMs: i * 200 + 200, probability: 1 }));
    const written = webVtt([
      final({ utteranceId: 'long', endMs: 6000, text, words }),
      final({ utteranceId: 'between', party: 'agent', startMs: 1000, endMs: 1500, text: 'Mhm.' }),
    ]);
    expect(written.match(/^(long-\d|between)$/gm)).toEqual(['long-1', 'between', 'long-2', 'long-3']);
    expect(written).toContain('long-2\n00:00:02.600 --> ');
  });

  it('is valid without a word', () => expect(webVtt([])).toBe('WEBVTT\n'));
});

describe('vttTime', () => {
  it.each([
    [0, '00:00:00.000'],
    [59_999.6, '00:01:00.000'],
    [3_725_042, '01:02:05.042'],
    [360_000_000, '100:00:00.000'],
  ])('%d ms is %s', (ms, text) => expect(vttTime(ms)).toBe(text));
});
