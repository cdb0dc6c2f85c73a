import type { TypedEvent } from '@rapport-live/protocol';
import { callOf, participant, said, windowAt } from '../testing/made-up-call';
import { readCall } from './call';
import { escapeHtml, html, Markup } from '../../html/html';
import { reportPage } from './page';

const page = (events: readonly TypedEvent[], name = 'call.wav', remarks: string[] = []): string =>
  reportPage(readCall(events), { name, remarks });
/** What a reader sees. */
const text = (source: string): string =>
  source
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('html', () => {
  it('escapes what is not markup, in lists too', () => {
    const evil = `<img src=x onerror="a('b')">&`;
    const safe = '&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;';
    expect(html`<p title="${evil}">${[evil, html`<b>${evil}</b>`]}</p>`.text).toBe(
      `<p title="${safe}">${safe}<b>${safe}</b></p>`,
    );
    expect(html`${false}${null}${undefined}${0}${new Markup('<hr>')}`.text).toBe('0<hr>');
  });

  it('leaves no control character', () => expect(escapeHtml('a\u0000\u001b[1m\tb\n')).toBe('a  [1m\tb\n'));
});

describe('reportPage', () => {
  const evil = '<script>alert(1)</script>" onload="alert(2)';

  it('keeps all that comes from outside as text', () => {
    const events = callOf(4000, [
      said(500, 500, { source: 'chat', text: evil, intents: [{ name: evil, score: 0.9 }], redactions: { [evil]: 1 } }),
      windowAt(1000, { intents: [{ name: evil, score: 0.9, sources: ['u'], lastMs: 500 }] }),
    ]);
    const made = page(events, evil, [evil]);
    expect(made).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;alert(2)');
    expect(made).not.toMatch(/<script/i);
    expect(made).not.toMatch(/<[^>]*\son\w+=/i);
  });

  it('asks nothing of anybody: no address, no script, no handler', () => {
    const made = page(callOf(4000, [said(500, 2000), windowAt(1000), windowAt(2000)]));
    expect(made).not.toMatch(/\b(src|href|action)=|url\(|@import|https?:/i);
    expect(made).toContain('content="default-src &#39;none&#39;;');
  });

  it('tells models, caveat, remarks and how sure each label is', () => {
    const events = callOf(4000, [
      said(500, 900, { intents: [{ name: 'get_refund', score: 0.86 }] }),
      windowAt(1000, { label: 'anger', confidence: 0.64 }),
      windowAt(2000, { label: 'joy', confidence: 0.2, abstained: 'low_confidence' }),
    ]);
    const seen = text(page(events, 'call.wav', ['The file is cut off.']));
    expect(seen).toContain('fusion 1.2.3');
    expect(seen).toContain('acted speech');
    expect(seen).toContain('The file is cut off.');
    expect(seen).toContain('anger 64 %');
    expect(seen).toContain('get refund 86 %');
    expect(seen).toContain('too unsure 1');
    expect(seen).toMatch(/joy 20 % unsure/);
  });

  it('tells how the parties spoke, and the language that was told', () => {
    const talk = { talkMs: 4000, talkShare: 0.5, wordsPerMinute: 150 };
    const holds = 'not_supported' as const;
    const events = callOf(10_000, [said(0, 4000), said(4000, 8000, { party: 'agent' })], false, {
      language: 'pl',
      languageSource: 'voice',
      conversation: {
        ...{ mediaMs: 10_000, holds, overlapMs: 0, silenceMs: 2000, silenceShare: 0.2, longestSilenceMs: 1500 },
        customer: { ...talk, interruptions: 2 },
        agent: { ...talk, wordsPerMinute: undefined, interruptions: 0 },
      },
    });
    const seen = text(page(events));
    expect(seen).toContain('customer 50 % 4.0 s · 150 words a minute · interrupted 2 times');
    expect(seen).toContain('agent 50 % 4.0 s no silence');
    expect(seen).toContain('nobody speaks in 20 % of the call');
    expect(seen).toContain('language pl');
    expect(text(page(callOf(1000, [], false, { language: 'und' })))).toContain('language not told');
  });

  it('shows holds in the timeline, and no silence in them', () => {
    const call = [said(0, 4000), participant(4000, 'hold'), participant(20_000, 'unhold'), said(20_000, 21_000)];
    const made = page(callOf(22_000, call));
    expect(made).toContain('aria-label="on hold: 0:04 to 0:20"');
    expect(made).toContain('<i class="held" style="left:18.18%;width:72.73%">');
    expect(text(made)).toContain('1 hold, 16.0 s');
    expect(text(made)).toContain('no silence over 3 s');
    // the same call with nobody on hold
    const without = text(page(callOf(22_000, [said(0, 4000), said(20_000, 21_000)])));
    expect(without).toContain('1 silence over 3 s, the longest 16.0 s');
    expect(without).not.toContain('on hold');
  });

  it('marks what was masked', () => {
    const made = page(callOf(1000, [said(0, 900, { text: 'my card is [card], ok', redactions: { card: 1 } })]));
    expect(made).toContain('my card is <mark>[card]</mark>, ok');
    expect(made).toContain('1 piece of personal data masked');
  });

  it('says so when there is nothing, or when it is not complete', () => {
    expect(text(page([]))).toContain('No words were heard or written.');
    expect(text(page([]))).toContain('No window was assessed.');
    expect(text(page(callOf(1000, [], true)))).toContain('no: something was still open at the end');
    expect(text(page(callOf(1000, [])))).toContain('Complete yes');
  });

  it('stays small for a long call', () => {
    const hour = Array.from({ length: 3600 }, (_, i) => windowAt(1000 * (i + 1), { label: i % 2 ? 'joy' : 'fear' }));
    expect(page(callOf(3_600_000, hour)).length).toBeLessThan(1_500_000);
  });
});
