import type { CloudEvent } from '@rapport-live/protocol';
import { SessionPicture } from './session-picture';

const event = (type: string, data: object): CloudEvent => ({ type, data }) as unknown as CloudEvent;
const alert = (step: string, ruleId: string, onsetWindowEndMs = 1000) =>
  event(`rapport.alert.${step}`, { ruleId, onsetWindowEndMs, step });
const shed = (step: string, active: boolean) =>
  event('rapport.session.updated', { kind: 'shed', mediaMs: 0, detail: { step, active } });

function drawn(...events: readonly CloudEvent[]) {
  const picture = new SessionPicture();
  [event('rapport.session.started', {}), ...events].forEach((one, i) => picture.see({ seq: i + 1, event: one }));
  return picture.now()!;
}

describe('SessionPicture', () => {
  it('is none before the session has begun', () => {
    expect(new SessionPicture().now()).toBeUndefined();
  });

  it('keeps the newest event of each alert until it is cleared', () => {
    const updated = alert('updated', 'anger');
    const again = alert('raised', 'anger', 9000);
    const events = [alert('raised', 'anger'), alert('raised', 'silence'), updated, again, alert('cleared', 'silence')];
    expect(drawn(...events).alerts).toEqual([updated, again]);
  });

  it('says what is shed now, and not what a lost transcript was called', () => {
    const lost = event('rapport.session.updated', { kind: 'shed', mediaMs: 0, detail: { what: 'transcript' } });
    expect(drawn(shed('partials', true), lost, shed('video', true), shed('partials', false)).shed).toEqual(['video']);
  });

  it('has the holds that are open and who is present, whenever one joins', () => {
    const said = (action: string, party: string, scope?: string) =>
      event('rapport.session.updated', { kind: 'participant', mediaMs: 0, scope, detail: { action, party } });
    const [anna, ben, held] = [
      said('joined', 'agent', 'anna'),
      said('joined', 'agent', 'ben'),
      said('hold', 'customer'),
    ];
    expect(drawn(anna, ben, held, said('left', 'agent', 'anna')).participants).toEqual([ben, held]);
    // being there and being on hold are two things
    const benHeld = said('hold', 'agent', 'ben');
    expect(drawn(ben, benHeld, ben).participants).toEqual([benHeld, ben]);
    const free = said('unhold', 'customer');
    expect(drawn(held, free).participants).toEqual([free]);
    expect(drawn(held, said('left', 'customer', 'c-1')).participants).toEqual([]);
    expect(drawn(anna, benHeld, held, said('left', 'agent')).participants).toEqual([held]);
    const many = Array.from({ length: 100 }, (_, i) => said('joined', 'agent', `a-${i}`));
    expect(drawn(...many).participants).toEqual(many.slice(-64));
  });

  it('is bounded, and contains every result up to its seq', () => {
    const finals = Array.from({ length: 50 }, (_, i) => event('rapport.transcript.final', { i }));
    const alerts = Array.from({ length: 100 }, (_, i) => alert('raised', `rule-${i}`));
    const now = drawn(...finals, ...alerts);
    expect(now.finals).toEqual(finals.slice(-20));
    expect(now.alerts).toEqual(alerts.slice(-64));
    expect(now.resultSeq).toBe(151);
  });
});
