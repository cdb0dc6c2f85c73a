import { PROTOCOL_DOC, blocks, fieldRows, rows, section } from '../test/doc-tables';
import { GOLDEN_FRAMES } from '../test/golden-frames';
import {
  BUILT_CLIENT_MESSAGES,
  BUILT_SERVER_MESSAGES,
  CLIENT_MESSAGE_TYPES,
  CODEC_KIND,
  CODECS,
  ClientMessage,
  CloudEvent,
  ERROR_CODES,
  EVENTS,
  EVENT_TYPES,
  ErrorBody,
  type EventType,
  FrameFlag,
  SERVER_MESSAGE_TYPES,
  SHED_STEPS,
  SUBPROTOCOL,
  TENANT_EVENTS,
  ServerMessage,
  TOKEN_SUBPROTOCOL_PREFIX,
  TokenAnswer,
  TokenRequest,
  decodeFrame,
  errorSpec,
} from './index';

const bare = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');
const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
const columns = (table: string[][], ...at: number[]): string[][] => table.map((row) => at.map((i) => bare(row[i])));

/** What a section's table of fields says; with the fields that are told once for all left out. */
function told(heading: string): string[][] {
  return rows(section(heading)).map(([field, type, required]) => [bare(field), type!, required!]);
}
function said(
  schema: Parameters<typeof fieldRows>[0],
  io: 'input' | 'output',
  leaveOut: readonly string[] = [],
): string[][] {
  return fieldRows(schema, io)
    .filter(({ path }) => !leaveOut.includes(path))
    .map(({ path, type, required }) => [path, type, required]);
}

describe('docs/protocol.md', () => {
  it.each([
    ['Messages from the client', CLIENT_MESSAGE_TYPES, BUILT_CLIENT_MESSAGES as readonly string[]],
    ['Messages from the server', SERVER_MESSAGE_TYPES, BUILT_SERVER_MESSAGES as readonly string[]],
  ])('%s: lists each type, and whether it is built', (heading, types, built) => {
    expect(columns(rows(section(heading)), 0, 1).sort()).toEqual(
      types.map((type) => [type, yesNo(built.includes(type))]).sort(),
    );
  });

  it.each(ClientMessage.options.map((o) => [o.shape.type.value, o] as const))(
    '%s: tells each field',
    (type, schema) => {
      expect(told(type)).toEqual(said(schema, 'input', ['type', 'ref']));
    },
  );

  it.each(ServerMessage.options.map((o) => [o.shape.type.value, o] as const))(
    '%s: tells each field',
    (type, schema) => {
      expect(told(type)).toEqual(said(schema, 'output', ['type']));
    },
  );

  // one section tells all three alerts
  it.each(EVENT_TYPES.filter((t) => t !== 'rapport.alert.updated' && t !== 'rapport.alert.cleared'))(
    '%s: tells each field',
    (type) => {
      expect(told(type)).toEqual(said(EVENTS[type].data, 'output'));
    },
  );

  it('tells the envelope and the HTTP bodies', () => {
    expect(told('The envelope')).toEqual(said(CloudEvent, 'output'));
    expect(told('Connecting')).not.toEqual([]);
    const refusal = section('Connecting').slice(section('Connecting').indexOf('A refused upgrade'));
    expect(columns(rows(refusal), 0)).toEqual(said(ErrorBody, 'output').map(([path]) => [path]));
    expect(told('Browsers')).toEqual(said(TokenRequest, 'input'));
    const answer = section('Browsers').slice(section('Browsers').indexOf('The answer:'));
    expect(columns(rows(answer), 0)).toEqual(said(TokenAnswer, 'output').map(([path]) => [path]));
  });

  it('lists the events as the event table has them', () => {
    expect(columns(rows(section('Events')), 0, 2, 3, 4)).toEqual(
      EVENT_TYPES.map((type) => {
        const { durable, topic, naturalKey } = EVENTS[type];
        return [type, yesNo(durable), topic ?? '-', naturalKey];
      }),
    );
  });

  it('lists the codecs', () => {
    const table = section('session.start').slice(section('session.start').indexOf('| Codec'));
    expect(columns(rows(table), 0, 1)).toEqual(CODECS.map((codec) => [codec, CODEC_KIND[codec]]));
  });

  it('lists every error with what it does and what to do', () => {
    const ofClient = ERROR_CODES.filter((code) => errorSpec(code).client);
    const ofSessions = ERROR_CODES.filter((code) => errorSpec(code).exit === undefined && !ofClient.includes(code));
    expect(rows(section('Errors')).map(([code, ...rest]) => [bare(code), ...rest])).toEqual(
      ofSessions.map((code) => {
        const { close, http, advice } = errorSpec(code);
        const fatal = close !== undefined ? 'yes' : http !== undefined ? '-' : 'no';
        return [code, fatal, String(close ?? '-'), String(http ?? '-'), advice];
      }),
    );
    const bySdk = section('Errors').slice(section('Errors').indexOf('report these by themselves'));
    expect(rows(bySdk).map(([code, advice]) => [bare(code), advice])).toEqual(
      ofClient.map((code) => [code, errorSpec(code).advice]),
    );
    const ofProcess = section('Errors').slice(section('Errors').indexOf('The process itself'));
    expect(rows(ofProcess).map(([code, ...rest]) => [bare(code), ...rest])).toEqual(
      ERROR_CODES.filter((code) => errorSpec(code).exit !== undefined).map((code) => {
        const { exit, advice } = errorSpec(code);
        return [code, String(exit), advice];
      }),
    );
  });

  it('works out the golden frames', () => {
    const text = section('The media frame');
    const table = columns(rows(text.slice(text.indexOf('| Frame '))), 1, 2, 3, 4, 5, 6);
    expect(table).toEqual(
      GOLDEN_FRAMES.map(({ header, hex }) => [
        ...[header.flags, header.streamId, header.seq, header.ptsUs, header.byteOffset].map(String),
        hex,
      ]),
    );
    for (const [flags, streamId, seq, ptsUs, byteOffset, hex] of table) {
      const decoded = decodeFrame(Buffer.from(hex!.replaceAll(' ', ''), 'hex'));
      expect(decoded.ok && decoded.frame).toMatchObject({
        flags: Number(flags),
        streamId: Number(streamId),
        seq: Number(seq),
        ptsUs: Number(ptsUs),
        byteOffset: Number(byteOffset),
      });
    }
    const flagTable = columns(rows(text.slice(text.indexOf('| Flag'))), 0, 1);
    expect(flagTable).toEqual(Object.entries(FrameFlag).map(([name, bit]) => [`0x0${bit}`, name]));
  });

  it('has an example of each built message and event, and each is valid', () => {
    const seen = new Set<string>();
    for (const block of blocks(PROTOCOL_DOC, 'json')) {
      const message = JSON.parse(block) as { type: string };
      seen.add(message.type);
      if (CLIENT_MESSAGE_TYPES.includes(message.type)) {
        ClientMessage.parse(message);
        continue;
      }
      if (TENANT_EVENTS.has(message.type as EventType)) {
        const event = CloudEvent.parse(message);
        expect(event).toEqual(message);
        expect(EVENTS[event.type].data.parse(event.data)).toEqual(event.data);
        continue;
      }
      const parsed = ServerMessage.parse(message);
      // the schema drops unknown fields: an example has none
      expect(parsed).toEqual(message);
      if (parsed.type !== 'result' && parsed.type !== 'ephemeral') continue;
      const { event } = parsed;
      seen.add(event.type);
      expect(EVENTS[event.type].durable).toBe(parsed.type === 'result');
      expect(EVENTS[event.type].data.parse(event.data)).toEqual(event.data);
    }
    const builtEvents = rows(section('Events')).filter((row) => row[1] === 'yes');
    for (const type of [...BUILT_CLIENT_MESSAGES, ...BUILT_SERVER_MESSAGES, ...columns(builtEvents, 0).flat()]) {
      expect(seen).toContain(type);
    }
  });

  it('gives examples whose probabilities add up', () => {
    const sum = (emotion: object): number => Object.values(emotion).reduce((a: number, b: number) => a + b, 0);
    const block = blocks(section('rapport.window.assessed'), 'json')[0]!;
    const { event } = JSON.parse(block) as { event: { data: unknown } };
    const { emotion, confidence, label, modalities } = EVENTS['rapport.window.assessed'].data.parse(event.data);
    expect(sum(emotion!)).toBeCloseTo(1, 3);
    expect(emotion![label!]).toBe(confidence);
    for (const { present, emotion: alone } of Object.values(modalities)) {
      if (present) expect(sum(alone!)).toBeCloseTo(1, 3);
    }
    const contributions = Object.values(modalities).reduce((total, { contribution }) => total + contribution, 1 / 7);
    expect(contributions).toBeCloseTo(confidence!, 2);
  });

  it('names the words of the vocabulary', () => {
    for (const word of [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, ...SHED_STEPS]) expect(PROTOCOL_DOC).toContain(word);
  });

  it('links only to its own headings and to files beside it', () => {
    const anchors = [...PROTOCOL_DOC.matchAll(/^#+ (.+)$/gm)].map((match) =>
      match[1]!
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, target] of PROTOCOL_DOC.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(target);
  });
});
