import { fleetConfig } from './fleet-config';

const URL = 'wss://{name}.voice.example/v1/stream';

test('a gateway is alone, or has a name and knows where others are', () => {
  expect(fleetConfig(undefined, undefined)).toBeUndefined();
  expect(fleetConfig('gw-3', URL)).toEqual({ name: 'gw-3', url: URL });
});

test.each([
  ['gw-3', undefined, 'without RAPPORT_GATEWAY_URL'],
  [undefined, URL, 'without RAPPORT_GATEWAY_NAME'],
  ['gw.3', URL, 'label of the DNS'],
  ['-gw', URL, 'label of the DNS'],
  ['evil.example/', URL, 'label of the DNS'],
  ['gw-3', 'wss://voice.example/v1/stream', '{name} in it'],
  ['gw-3', 'https://{name}.voice.example', 'ws or wss'],
  ['gw-3', '{name}', 'ws or wss'],
])('%s at %s cannot be used', (name, url, why) => {
  expect(() => fleetConfig(name, url)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  expect(() => fleetConfig(name, url)).toThrow(why);
});
