import { describeSettings, readConfig } from './config';

const TOKEN = '0123456789abcdef0123456789abcdef';

describe('the settings of the doors of other protocols', () => {
  it('leave them all shut by default', () => {
    expect(readConfig({}).doors).toEqual({
      ...{ twilio: undefined, jambonz: false, asterisk: false, audioSocket: undefined },
      ...{ audiohook: undefined, hume: false },
    });
  });

  it('open each by a setting of its own', () => {
    const env = {
      RAPPORT_TWILIO_AUTH_TOKENS: `acme:${TOKEN}, globex:${TOKEN}x`,
      RAPPORT_TWILIO_URL: 'wss://calls.example.com/twilio',
      RAPPORT_JAMBONZ: 'on',
      RAPPORT_ASTERISK: 'on',
      RAPPORT_AUDIOSOCKET_PORT: '9019',
      RAPPORT_AUDIOSOCKET_ALLOW: '10.0.0.0/8, ::1',
      RAPPORT_AUDIOSOCKET_TENANT: 'acme',
      RAPPORT_AUDIOSOCKET_PARTY: 'customer',
    };
    const { twilio, jambonz, asterisk, audioSocket } = readConfig(env).doors;
    expect(twilio).toEqual({
      accounts: [
        { tenant: 'acme', authToken: TOKEN },
        { tenant: 'globex', authToken: `${TOKEN}x` },
      ],
      url: 'wss://calls.example.com/twilio',
    });
    expect([jambonz, asterisk]).toEqual([true, true]);
    expect(audioSocket).toMatchObject({ port: 9019, host: '127.0.0.1', tenant: 'acme', party: 'customer' });
    const { allow } = audioSocket!;
    expect([allow.check('10.1.2.3'), allow.check('11.1.2.3'), allow.check('::1', 'ipv6')]).toEqual([true, false, true]);
    expect(JSON.stringify(describeSettings(env))).not.toContain(TOKEN);
  });

  it('give calls without a tenant of their own to that of the development key, while it holds', () => {
    expect(readConfig({ RAPPORT_AUDIOSOCKET_PORT: '0' }).doors.audioSocket).toMatchObject({
      ...{ tenant: 'development', party: 'mixed' },
    });
  });

  it.each([
    [{ RAPPORT_TWILIO_AUTH_TOKENS: TOKEN }, 'entry 1 needs the form TENANT:AUTH_TOKEN'],
    [{ RAPPORT_TWILIO_AUTH_TOKENS: 'acme:short' }, 'RAPPORT_TWILIO_AUTH_TOKENS'],
    [{ RAPPORT_TWILIO_URL: 'wss://calls.example.com/twilio' }, 'without RAPPORT_TWILIO_AUTH_TOKENS'],
    [{ RAPPORT_TWILIO_AUTH_TOKENS: `a:${TOKEN}`, RAPPORT_TWILIO_URL: 'calls.example.com' }, 'RAPPORT_TWILIO_URL'],
    [{ RAPPORT_JAMBONZ: 'yes' }, 'RAPPORT_JAMBONZ'],
    [{ RAPPORT_AUDIOSOCKET_PORT: '99999' }, 'RAPPORT_AUDIOSOCKET_PORT'],
    [{ RAPPORT_AUDIOSOCKET_PORT: '1', RAPPORT_AUDIOSOCKET_ALLOW: '10.0.0.0/33' }, 'RAPPORT_AUDIOSOCKET_ALLOW'],
    [{ RAPPORT_AUDIOSOCKET_PORT: '1', RAPPORT_AUDIOSOCKET_ALLOW: 'everyone' }, 'RAPPORT_AUDIOSOCKET_ALLOW'],
    [{ RAPPORT_AUDIOSOCKET_PORT: '1', RAPPORT_AUDIOSOCKET_TENANT: 'A/B' }, 'RAPPORT_AUDIOSOCKET_TENANT'],
    [
      { RAPPORT_AUDIOSOCKET_PORT: '1', RAPPORT_API_KEYS: 'acme:0123456789abcdef' },
      'without RAPPORT_AUDIOSOCKET_TENANT',
    ],
  ])('%j stop the start, and what is wrong is named', (env, sentence) => {
    const read = (): unknown => readConfig(env);
    expect(read).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(sentence) }),
    );
    expect(read).not.toThrow(TOKEN);
  });
});
