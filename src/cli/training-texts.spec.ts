import type { CorrectedExample } from '@rapport-live/protocol';
import { trainingTexts } from './training-texts';

const corrected = (utteranceId: string | undefined, more: Partial<CorrectedExample>): CorrectedExample => ({
  ...{ id: 'an id', madeAt: '2026-03-01T09:00:00Z', sessionId: '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80' },
  ...{ startMs: 0, endMs: 1000, utteranceId, party: 'customer', text: `text of ${utteranceId}`, said: {} },
  ...more,
});

describe('corrections as texts to train on', () => {
  it('have the last word on the emotion and on the intent of each turn', () => {
    const { csv, rows, leftOut } = trainingTexts([
      corrected('u1', { emotion: 'anger', intent: 'get_refund' }),
      corrected('u1', { emotion: 'sadness' }),
      corrected('u2', { intent: 'track_order' }),
      corrected('u2', { intent: 'out_of_scope' }),
    ]);
    expect(csv.split('\r\n')).toEqual([
      'text,conversation,emotion,intent',
      'text of u1,0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80,sadness,get_refund',
      '',
    ]);
    expect([rows, leftOut]).toEqual([1, 1]);
  });

  it('leave out windows, which have no text, and what agents said', () => {
    const window = corrected(undefined, { emotion: 'joy', party: undefined, text: undefined });
    const agents = corrected('u3', { emotion: 'joy', party: 'agent' });
    expect(trainingTexts([window, agents])).toEqual({
      csv: 'text,conversation,emotion,intent\r\n',
      rows: 0,
      leftOut: 2,
    });
  });

  it('keep commas, quotes and lines of a text', () => {
    const { csv } = trainingTexts([corrected('u1', { text: 'He said "no",\nand hung up', emotion: 'anger' })]);
    expect(csv.split('\r\n')[1]).toMatch(/^"He said ""no"",\nand hung up",0198c0de-\S+,anger,$/);
  });
});
