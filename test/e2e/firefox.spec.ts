import type { TypedEvent } from '@rapport-live/protocol';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import { FIREFOX, FirefoxPage } from '../support/firefox';
import { pageScript, SdkPages } from '../support/sdk-page';
import { type RunningService, startService } from '../support/service';

jest.setTimeout(120_000);

interface Heard {
  readonly events: readonly TypedEvent[];
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

/** In the page: sound of its own, a tone at real pace, until `isOver`. A microphone runs only where there is a sound device. */
const TONE = `
  let isOver = false;
  const beganMs = performance.now();
  const frame = Int16Array.from({ length: 640 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 440 * i) / 16_000));
  const toned = (async () => {
    for (let sent = 0; !isOver; sent += 1) {
      await session.sendAudio(1, frame);
      await new Promise((resolve) => setTimeout(resolve, beganMs + 40 * sent - performance.now()));
    }
  })();
`;

const MISSING = FIREFOX === undefined ? ' (skipped: no firefox; set FIREFOX_BIN)' : '';

/** The same client that the tests in Chromium try, in the other engine that can be had everywhere. */
(MISSING ? describe.skip : describe)(`the SDK in Firefox${MISSING}`, () => {
  let service: RunningService;
  let pages: SdkPages;
  beforeAll(async () => {
    service = await startService({}, new ScriptedPool());
    pages = await SdkPages.serve(service);
  });
  afterAll(async () => {
    pages.close();
    await service.close();
  });

  /** What is heard of a call in which the page runs this script. */
  async function call(script: string, options = {}): Promise<Heard> {
    const page = await FirefoxPage.open(`${pages.url}/`, options);
    try {
      return await page.run<Heard>(`${pageScript(service)}
        const { connect } = await import('/sdk/browser.mjs');
        const streams = [{ streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' }];
        const session = await connect({ url, token, streams });
        const heard = { events: [], errors: [] };
        const over = (async () => {
          for await (const message of session) if (message.type === 'result') heard.events.push(message.event);
        })();
        ${script}
        await session.end();
        await over;
        return heard;`);
    } finally {
      await page.close();
    }
  }

  it('sends sound, a camera and chat, and hears the results', async () => {
    const { events } = await call(`${TONE}
      await session.attachCamera();
      await session.sendChat('I would rather write.');
      const assessed = () => heard.events.filter(({ type }) => type === 'rapport.window.assessed');
      const is = (modality) => assessed().some(({ data }) => data.modalities[modality].present);
      while (!is('voice') || !is('face')) await new Promise((resolve) => setTimeout(resolve, 20));
      isOver = true;
      await toned;`);
    const of = <T extends TypedEvent['type']>(type: T) =>
      events.filter((event): event is Extract<TypedEvent, { type: T }> => event.type === type);
    expect(of('rapport.transcript.final').map(({ data }) => data.text)).toContain('I would rather write.');
    expect(of('rapport.session.ended')[0]!.data).toMatchObject({
      reason: 'ended',
      incomplete: false,
      dropped: exactly({}),
    });
  });

  it('a person who denies both is told apart from a fault, and chat goes on', async () => {
    const { errors, events } = await call(
      `for (const attach of ['attachMicrophone', 'attachCamera']) {
        await session[attach]().catch(({ code, message }) => heard.errors.push({ code, message }));
      }
      await session.sendChat('I would rather write.');`,
      { denies: true },
    );
    expect(errors.map(({ code }) => code)).toEqual(['media_denied', 'media_denied']);
    expect(events.map(({ type }) => type)).toContain('rapport.transcript.final');
  });
});
