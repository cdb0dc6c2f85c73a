import fc from 'fast-check';
import { parseControl } from './control-message';

describe('control messages of chan_websocket', () => {
  it('are read in both formats', () => {
    const plain =
      'MEDIA_START connection_id:e226e283-c90a-4ea9-9e37-389000b9ef47 channel:WebSocket/connectionid format:ulaw optimal_frame_size:160';
    const id = 'e226e283-c90a-4ea9-9e37-389000b9ef47';
    expect(parseControl(plain)).toEqual({ event: 'MEDIA_START', format: 'ulaw', id });
    const json = {
      event: 'MEDIA_START',
      connection_id: id,
      channel: 'WebSocket/x',
      channel_id: '17.3',
      format: 'slin16',
    };
    expect(parseControl(JSON.stringify(json))).toEqual({ event: 'MEDIA_START', format: 'slin16', id: '17.3' });
    expect(parseControl('QUEUE_DRAINED')).toEqual({ event: 'other' });
    expect(parseControl('{"event":"STATUS","queue_length":43}')).toEqual({ event: 'other' });
  });

  it.each(['', 'media_start', '{', '{"event":7}', 'MEDIA-START', '[]', ' '])('%j is none', (text) => {
    expect(parseControl(text)).toBeUndefined();
  });

  it('of any text never throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseControl(text)));
    fc.assert(fc.property(fc.json(), (text) => void parseControl(text)));
  });
});
