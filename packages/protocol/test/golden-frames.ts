import type { FrameHeader } from '../src';

/** Frames worked out by hand from the header's table; docs/protocol.md quotes them. Spaces part the fields. */
export const GOLDEN_FRAMES: readonly {
  readonly header: FrameHeader;
  readonly payload: string;
  readonly hex: string;
}[] = [
  {
    header: { flags: 0, streamId: 1, seq: 0, ptsUs: 0, byteOffset: 0 },
    payload: '0100ffff',
    hex: '01 00 0001 00000000 0000000000000000 0000000000000000 0100ffff',
  },
  {
    header: { flags: 0, streamId: 1, seq: 50, ptsUs: 1_000_000, byteOffset: 32_000 },
    payload: '34120080',
    hex: '01 00 0001 00000032 00000000000f4240 0000000000007d00 34120080',
  },
  {
    header: { flags: 2, streamId: 258, seq: 14_400, ptsUs: 7_200_000_000, byteOffset: 5_000_000_000 },
    payload: '',
    hex: '01 02 0102 00003840 00000001ad274800 000000012a05f200',
  },
];
