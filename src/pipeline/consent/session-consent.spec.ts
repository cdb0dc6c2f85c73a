import { SessionConsent } from './session-consent';

const said = (consent: SessionConsent, ...args: Parameters<SessionConsent['change']>) =>
  consent.change(...args).map(({ type, data }) => [type.split('.').slice(-1)[0], data]);

describe('the consent of a session', () => {
  it('allows the emotion of the agent only where the deployment and a legal basis do', () => {
    const of = (basis: string | undefined, allows: boolean) =>
      new SessionConsent({ analysis: true, agentEmotionLegalBasis: basis }, allows).mayAssessAgent(0);
    expect([of(undefined, true), of('Article 6', false), of('Article 6', true)]).toEqual([false, false, true]);
  });

  it('has in the audit trail what was stated, computed or not, and nothing of who stated nothing', () => {
    const start = (basis: string | undefined, allows: boolean) =>
      new SessionConsent({ analysis: true, agentEmotionLegalBasis: basis }, allows).atStart().map(({ data }) => data);
    expect(start(undefined, true)).toEqual([]);
    expect(start('training, works council 12/3', false)).toEqual([
      { mediaMs: 0, agentEmotion: false, legalBasis: 'training, works council 12/3', deploymentAllows: false },
    ]);
    expect(start('medical', true)).toEqual([
      { mediaMs: 0, agentEmotion: true, legalBasis: 'medical', deploymentAllows: true },
    ]);
  });

  it('changes from then on, and is told once however often it is sent', () => {
    const consent = new SessionConsent({ analysis: true }, true);
    const given = { analysis: true, agentEmotionLegalBasis: 'medical' };
    expect(said(consent, given, 7300)).toEqual([
      ['updated', { kind: 'consent', mediaMs: 7300, detail: { analysis: true, agentEmotion: true } }],
      ['agent_emotion', { mediaMs: 7300, agentEmotion: true, legalBasis: 'medical', deploymentAllows: true }],
    ]);
    expect([consent.mayAssessAgent(7000), consent.mayAssessAgent(8000)]).toEqual([false, true]);
    expect(consent.change(given, 9000)).toEqual([]);
    expect(said(consent, { analysis: true }, 9000).map(([, data]) => data)).toEqual([
      { kind: 'consent', mediaMs: 9000, detail: { analysis: true, agentEmotion: false } },
      { mediaMs: 9000, agentEmotion: false, deploymentAllows: true },
    ]);
    expect([consent.mayAssessAgent(10_000), consent.everAssessedAgent]).toEqual([false, true]);
  });

  it('withdrawn takes everything with it, and is not given again', () => {
    const consent = new SessionConsent({ analysis: true, agentEmotionLegalBasis: 'medical' }, true);
    const withdrawn = { analysis: false, agentEmotionLegalBasis: 'medical' };
    expect(said(consent, withdrawn, 5000)).toEqual([
      ['updated', { kind: 'consent', mediaMs: 5000, detail: { analysis: false, agentEmotion: false } }],
      ['agent_emotion', { mediaMs: 5000, agentEmotion: false, legalBasis: 'medical', deploymentAllows: true }],
    ]);
    expect(consent.mayAssessAgent(6000)).toBe(false);
    expect([consent.change(withdrawn, 5000), consent.change({ analysis: true }, 6000)]).toEqual([[], []]);
  });
});
