import { callMetadata, partyOf } from './call-metadata';

describe('the metadata of a foreign call', () => {
  it('takes what session.start knows, as text, and nothing else', () => {
    const given = { queue: 'billing', team: 7, customerId: '', from: '+15550100', metadata: { a: 1 }, language: null };
    expect(callMetadata(given, 'CA1')).toEqual({
      ...{ externalId: 'CA1', queue: 'billing', team: '7', consent: { analysis: true } },
    });
  });

  it.each([
    ['false', false],
    ['No', false],
    ['0', false],
    [false, false],
    ['true', true],
    ['', true],
    [undefined, true],
  ])('consent of %j is %s', (consent, analysis) => {
    expect(callMetadata({ consent }, undefined).consent).toEqual({ analysis });
  });

  it('has an external id of its own where one is given, and the legal basis for the emotion of agents', () => {
    const given = { externalId: 'ticket-9', agentEmotionLegalBasis: 'training, opted in' };
    expect(callMetadata(given, 'CA1')).toEqual({
      externalId: 'ticket-9',
      consent: { analysis: true, agentEmotionLegalBasis: 'training, opted in' },
    });
  });

  it('knows the parties', () => {
    expect(partyOf({}, ['customer', 'mixed'], 'mixed')).toBe('mixed');
    expect(partyOf({ party: 'customer' }, ['customer', 'mixed'], 'mixed')).toBe('customer');
    expect(() => partyOf({ party: 'agent' }, ['customer', 'mixed'], 'mixed')).toThrow(
      expect.objectContaining({ code: 'invalid_message', message: 'party is "agent": use customer, mixed.' }),
    );
  });
});
