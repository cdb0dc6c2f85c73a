import { createElement, type ReactElement } from 'react';
import { create, type ReactTestRenderer } from 'react-test-renderer';
import type { ConnectOptions } from '@rapport-live/client';
import { type Rapport, useRapport } from '../../examples/react/use-rapport';
import { chunks, startStill, VOICE } from '../faults/fault-session';
import { eventually } from '../support/eventually';
import { detached, type RunningService } from '../support/service';

const TURNS = 2;

describe('the React hook of examples/react', () => {
  let service: RunningService;
  let seen: Rapport;
  beforeAll(async () => {
    // All that it says is that this renderer is to be replaced by one that wants a DOM.
    jest.spyOn(console, 'error').mockImplementation(() => {});
    ({ service } = await startStill());
  });
  afterAll(async () => {
    await service.close();
    jest.restoreAllMocks();
  });

  function Page({ options }: { options: ConnectOptions }): ReactElement {
    seen = useRapport(options);
    return createElement('p', null, `${seen.assessed?.label ?? 'nothing yet'}: ${seen.said.length}`);
  }
  const render = (options: Partial<ConnectOptions>): ReactTestRenderer => {
    seen = { said: [] };
    const whole = { url: service.url, apiKey: service.key, streams: [VOICE], ...options };
    return create(createElement(Page, { options: whole }));
  };

  it('shows what the service finds while the component lives, and the end', async () => {
    const page = render({});
    await eventually(() => seen.session !== undefined);
    const { session } = seen;
    for (const { payload, ptsMs } of chunks(TURNS)) await session!.send(1, payload, ptsMs);
    await session!.sendChat('Where is my refund?');
    await session!.end();
    await eventually(() => seen.session === undefined);
    expect(seen.failure).toBeUndefined();
    expect(seen.said.map(({ source }) => source).sort()).toEqual(['chat', 'voice', 'voice']);
    expect(page.toJSON()).toEqual({ type: 'p', props: {}, children: [`${seen.assessed!.label}: 3`] });
    page.unmount();
  });

  it('lets go of the session when the component goes', async () => {
    const page = render({});
    await eventually(() => seen.session !== undefined);
    const { session } = seen;
    page.unmount();
    await eventually(() => !session!.isConnected);
    await detached(service);
  });

  it('shows why there is none', async () => {
    const page = render({ apiKey: 'nobody' });
    await eventually(() => seen.failure !== undefined);
    expect(seen.failure).toMatchObject({ code: 'unauthorized' });
    page.unmount();
  });
});
