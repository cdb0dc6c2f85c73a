import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { doorDocument, type DoorSpec } from './door-document';

const DOOR: DoorSpec = {
  name: 'made-up',
  title: 'A made-up door',
  description: 'As its publisher describes it.',
  protocol: 'ws',
  address: '/made-up',
  security: 'A signature in the header X-Made-Up.',
  subprotocol: 'made-up.v2',
  fromClient: [
    { name: 'start', payload: z.object({ event: z.literal('start'), rate: z.number().min(8000) }) },
    { name: 'media', summary: 'Sound.', contentType: 'audio/basic', payload: { type: 'string', format: 'binary' } },
    { name: 'ping', payload: z.object({ event: z.literal('ping') }) },
  ],
  toClient: [{ name: 'ping', payload: z.object({ event: z.literal('ping') }) }],
};

it("of any door is valid by AsyncAPI's own schema, with its messages both ways", () => {
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const validate = ajv.compile(require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object);
  for (const door of [DOOR, { ...DOOR, subprotocol: undefined, toClient: [] }, { ...DOOR, protocol: 'tcp' as const }]) {
    validate(doorDocument(door, '1.2.3'));
    expect(ajv.errorsText(validate.errors)).toBe('No errors');
  }
  const made = JSON.parse(JSON.stringify(doorDocument(DOOR, '1.2.3')));
  expect(Object.keys(made.components.messages)).toEqual(['start', 'media', 'ping']);
  expect(made.operations.sendToClient.messages).toEqual([{ $ref: '#/channels/door/messages/ping' }]);
  expect(made.components.messages.start.payload).toMatchObject({ required: ['event', 'rate'] });
  expect(made.components.messages.media.contentType).toBe('audio/basic');
});
