/** Every file of packages/protocol/schemas that the present versions need: `{path, value, type, version}`. */
export function releasedFiles({ EVENTS, EVENT_TYPES, eventJsonSchema, eventAvroSchema }) {
  return EVENT_TYPES.flatMap((type) => {
    const { durable, version } = EVENTS[type];
    const path = `packages/protocol/schemas/${type}/v${version}`;
    const file = (ending, value) => ({ path: `${path}.${ending}`, value, type, version });
    return [file('json', eventJsonSchema(type)), ...(durable ? [file('avsc', eventAvroSchema(type))] : [])];
  });
}
