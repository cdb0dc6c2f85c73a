import * as protocol from '@rapport-live/protocol';
import { EMOTIONS, MODALITIES, STACK } from './vocabulary';

it('pages know the words of the protocol, in its order', () => {
  expect([EMOTIONS, MODALITIES]).toEqual([protocol.EMOTIONS, protocol.MODALITIES]);
  expect([...STACK].sort()).toEqual([...EMOTIONS].sort());
});
