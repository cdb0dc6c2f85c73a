import { ID } from './ebml';

/** Elements that are looked into, each only in its place: nesting has no other depth than this (4). */
export const CHILDREN: Readonly<Record<number, readonly number[]>> = {
  0: [ID.EBML, ID.Segment],
  [ID.EBML]: [ID.DocType],
  [ID.Segment]: [ID.Info, ID.Tracks, ID.Cluster],
  [ID.Info]: [ID.TimestampScale],
  [ID.Tracks]: [ID.TrackEntry],
  [ID.TrackEntry]: [ID.TrackNumber, ID.TrackType, ID.CodecID, ID.CodecPrivate, ID.ContentEncodings, ID.Video],
  [ID.Video]: [ID.PixelWidth, ID.PixelHeight],
  [ID.Cluster]: [ID.Timestamp, ID.SimpleBlock, ID.BlockGroup],
  [ID.BlockGroup]: [ID.Block],
};
/** Those of them that hold others. */
export const MASTERS: ReadonlySet<number> = new Set(Object.keys(CHILDREN).map(Number));
/** These begin only in a segment: one of them ends a cluster of unknown size (RFC 8794, 6.2). */
export const TOP: ReadonlySet<number> = new Set([
  ID.Info,
  ID.Tracks,
  ID.Cluster,
  ID.SeekHead,
  ID.Cues,
  ID.Chapters,
  ID.Tags,
  ID.Attachments,
]);
