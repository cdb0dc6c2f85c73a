import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ID } from './ebml';
import { block, cluster, element, simpleBlock, webmHeader } from './testing/webm-writer';
import { WebmDemuxer } from './webm-demuxer';

const fixture = new Uint8Array(readFileSync(join(__dirname, '../../../test/fixtures/media/voice-5s.webm')));
/** 10 ms and 20 ms of SILK, one frame. */
const PACKET = [0x08, 7, 7];

function read(...slices: readonly ArrayLike<number>[]) {
  const demuxer = new WebmDemuxer();
  const packets: string[] = [];
  const faults: (string | undefined)[] = [];
  let [heads, corrupt] = [0, 0];
  for (const slice of slices) {
    const fault = demuxer.push(Uint8Array.from(slice), {
      head: () => (heads += 1),
      packet: (data, timeMs) => packets.push(`${timeMs}:${Buffer.from(data).toString('hex')}`),
      corrupt: () => (corrupt += 1),
    });
    faults.push(fault);
  }
  return { packets, faults: faults.filter((fault) => fault !== undefined), heads, corrupt };
}

describe('WebmDemuxer', () => {
  it('reads the same whatever byte a slice ends at', () => {
    const part = fixture.subarray(0, 1800);
    const whole = read(part);
    expect(whole).toMatchObject({ heads: 1, faults: [], corrupt: 0 });
    expect(whole.packets.length).toBeGreaterThan(2);
    for (let cut = 1; cut < part.length; cut += 1)
      expect(read(part.subarray(0, cut), part.subarray(cut))).toEqual(whole);
    expect(read(...Array.from(part, (byte) => [byte]))).toEqual(whole);
  });

  it('goes on behind a slice that lost its end, whatever byte it ends at', () => {
    const slice = (i: number) => fixture.subarray(i * 1800, (i + 1) * 1800);
    const [first, second, ...others] = [0, 1, 2, 3, 4].map(slice) as [Uint8Array, Uint8Array, ...Uint8Array[]];
    // a lost cluster head takes its time along: payloads are placed by their own time stamps, so only bytes count here
    const dataOf = (packet: string) => packet.split(':')[1]!;
    const whole = read(first, second, ...others).packets.map(dataOf);
    const known = new Set(whole);
    for (let end = 0; end < second.length; end += 1) {
      const { packets, faults } = read(first, second.subarray(0, end), ...others);
      // one packet may be made of two halves; what is behind the fault in its own slice is lost with it
      const heard = packets.map(dataOf).filter((packet) => known.has(packet));
      expect({ end, halves: packets.length - heard.length <= 1, faults: faults.length <= 1 }).toEqual({
        end,
        halves: true,
        faults: true,
      });
      expect(heard.slice(-4)).toEqual(whole.slice(-4));
    }
  });

  it('reads a whole recording in order', () => {
    const times = read(fixture).packets.map((packet) => Number(packet.split(':')[0]));
    expect(times.length).toBe(84);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it.each([
    ['Xiph', 0x82, [2, 3, 2, ...PACKET, 8, 1, 8, 2, 3]],
    ['EBML', 0x86, [2, 0x83, 0xbe, ...PACKET, 8, 1, 8, 2, 3]],
  ])('reads %s lacing, each packet at its time', (_name, flags, body) => {
    const { packets } = read([...webmHeader(), ...cluster(1000), ...simpleBlock(20, body, flags)]);
    expect(packets).toEqual(['1020:080707', '1040:0801', '1060:080203']);
  });

  it('reads fixed lacing and blocks in groups', () => {
    const laced = simpleBlock(0, [1, ...PACKET, ...PACKET], 0x84);
    const group = element(ID.BlockGroup, [...element(ID.Void, [0]), ...element(ID.Block, block(40, PACKET))]);
    expect(read([...webmHeader(), ...cluster(0), ...laced, ...group]).packets).toEqual([
      '0:080707',
      '20:080707',
      '40:080707',
    ]);
  });

  it.each([
    ['more frames than bytes', [200, 255, 255], 0x82],
    ['a lace that is cut off', [3, 0x40], 0x86],
    ['sizes that go below 0', [2, 0x83, 0x81, 1, 2, 3], 0x86],
    ['parts that are not equal', [1, 1, 2, 3], 0x84],
  ])('counts a block with %s and goes on', (_name, body, flags) => {
    const { packets, corrupt, faults } = read([
      ...webmHeader(),
      ...cluster(0),
      ...simpleBlock(0, body, flags),
      ...simpleBlock(20, PACKET),
    ]);
    expect({ packets, corrupt, faults }).toEqual({ packets: ['20:080707'], corrupt: 1, faults: [] });
  });

  it('ends a cluster of unknown size at the next, and steps over what it does not know', () => {
    const cues = element(ID.Cues, new Array<number>(70_000).fill(0));
    const { packets, faults } = read([
      ...webmHeader(),
      ...cluster(0),
      ...simpleBlock(0, PACKET),
      ...cues,
      ...cluster(5000),
      ...element(ID.Void, [1, 2]),
      ...simpleBlock(3, PACKET),
    ]);
    expect({ packets, faults }).toEqual({ packets: ['0:080707', '5003:080707'], faults: [] });
  });

  it.each([
    ['no EBML', [0x4f, 0x67, 0x67, 0x53], /no header yet/],
    ['another DocType', element(ID.EBML, element(ID.DocType, [...Buffer.from('mkz')])), /neither WebM nor Matroska/],
    ['a block of 2^50 bytes', [...webmHeader(), ...cluster(0), ...element(ID.SimpleBlock, [], 2 ** 50)], /over 65536/],
    ['tags of 1 GB', [...webmHeader(), ...element(ID.Tags, [], 2 ** 30)], /over 1048576/],
    ['a size beyond 2^53', [...webmHeader(), 0xec, 0x01, 0x7f, 1, 1, 1, 1, 1, 1], /element was expected/],
    ['an id of 5 bytes', [...webmHeader(), 0x08, 0, 0, 0, 0, 0x81, 0], /element was expected/],
    ['a block of unknown size', [...webmHeader(), ...cluster(0), 0xa3, 0xff, 0x81], /unknown size/],
    [
      'tracks of unknown size',
      [...element(ID.EBML, []), ...element(ID.Segment, [], 'unknown'), 0x16, 0x54, 0xae, 0x6b, 0xff],
      /unknown size/,
    ],
    [
      'a child longer than its parent',
      [...webmHeader(), ...element(ID.Cluster, element(ID.Timestamp, [], 9))],
      /longer than its parent/,
    ],
    [
      'clusters without a track',
      [...element(ID.EBML, []), ...element(ID.Segment, [], 'unknown'), ...cluster(0)],
      /no Opus track/,
    ],
    ['8 channels', [...webmHeader(8), ...cluster(0)], /no Opus track/],
  ])('refuses %s, and takes a new header', (_name, bytes, sentence) => {
    const { packets, faults } = read(bytes, [...webmHeader(), ...cluster(7), ...simpleBlock(0, PACKET)]);
    expect(faults).toEqual([expect.stringMatching(sentence)]);
    expect(packets).toEqual(['7:080707']);
  });

  it('does not follow nesting that has no place in WebM', () => {
    let nested: number[] = [1];
    for (let depth = 0; depth < 60; depth += 1) nested = element(ID.BlockGroup, nested);
    const { packets, faults } = read([...webmHeader(), ...cluster(0), ...nested, ...simpleBlock(1, PACKET)]);
    expect({ packets, faults }).toEqual({ packets: ['1:080707'], faults: [] });
  });

  it('goes on behind lost bytes at a block that another follows', () => {
    const demuxer = new WebmDemuxer();
    const times: number[] = [];
    const sink = { head: () => {}, packet: (_: Uint8Array, timeMs: number) => times.push(timeMs), corrupt: () => {} };
    demuxer.push(fixture.subarray(0, 6000), sink);
    const before = times.length;
    demuxer.lost();
    expect(demuxer.push(fixture.subarray(9100, 14_000), sink)).toBeUndefined();
    expect(times.length - before).toBeGreaterThan(8);
  });

  it('times go on without a step behind a cluster whose head was lost', () => {
    const demuxer = new WebmDemuxer();
    const times: number[] = [];
    const sink = { head: () => {}, packet: (_: Uint8Array, timeMs: number) => times.push(timeMs), corrupt: () => {} };
    const push = (...bytes: number[]) => demuxer.push(Uint8Array.from(bytes), sink);
    push(...webmHeader(), ...cluster(0), ...simpleBlock(0, PACKET));
    demuxer.lost(); // with it the head of the cluster at 5000
    push(...simpleBlock(40, PACKET), ...simpleBlock(60, PACKET), ...cluster(5080), ...simpleBlock(0, PACKET));
    push(...simpleBlock(20, PACKET), ...cluster(10_000), ...simpleBlock(0, PACKET));
    expect(times.slice(1).map((timeMs) => timeMs - times[1]!)).toEqual([0, 20, 40, 60, 4960]);
  });

  // Bug: one damaged Timestamp, within a payload, moved the session on by 142,000 years, though a time stamp so far ahead is refused.
  it.each([
    ['ahead', 2 ** 52],
    ['back', 0],
  ])(
    'a time that steps %s by more than an hour is damaged: it is said, and times go on without it',
    (_name, wrongMs) => {
      const start = 5_000_000;
      const packet = (timeMs: number): number[] => simpleBlock(timeMs, PACKET);
      const { packets, corrupt, faults } = read([
        ...[...webmHeader(), ...longCluster(start), ...packet(0), ...packet(20)],
        ...[...longCluster(wrongMs), ...packet(0), ...packet(20)],
        ...[...longCluster(start + 80), ...packet(0)],
      ]);
      const times = packets.map((one) => Number(one.split(':')[0]) - start);
      expect([times, corrupt, faults]).toEqual([[0, 20, 40, 60, 80].map((ms) => expect.closeTo(ms, 0)), 2, []]);
    },
  );

  it('a recording that begins at any time is taken as it is', () => {
    const { packets, corrupt } = read([...webmHeader(), ...longCluster(2 ** 45), ...simpleBlock(0, PACKET)]);
    expect([packets.length, corrupt]).toEqual([1, 0]);
    expect(packets[0]).toMatch(`${2 ** 45}:`);
  });
});

/** As `cluster`, at any time. */
const longCluster = (timeMs: number): number[] => {
  const eightBytes = Array.from({ length: 8 }, (_, i) => Math.floor(timeMs / 256 ** (7 - i)) % 256);
  return [...element(ID.Cluster, [], 'unknown'), ...element(ID.Timestamp, eightBytes)];
};
