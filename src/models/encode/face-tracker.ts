import type { FaceBox } from '../../inference/inference-pool';

export interface FaceTrackOptions {
  /** Least intersection over union of the boxes of one face in two stills. */
  readonly minFaceOverlap: number;
  /** A face that overlaps nothing is the same when it moved by no more than this share of its larger side ... */
  readonly maxFaceStep: number;
  /** ... and grew or shrank by no more than this factor. */
  readonly maxFaceGrowth: number;
  /** Presence halves in this time, ms: "lately". */
  readonly presenceHalfLifeMs: number;
  /** The customer, not seen for so long, may be somebody else, ms; other faces are forgotten then. */
  readonly faceGoneAfterMs: number;
  /** One still stands for the time since the last one, at most so much, ms. */
  readonly maxStillSpacingMs: number;
  /** Faces followed at a time. */
  readonly maxFaceTracks: number;
}

export const FACE_TRACK_DEFAULTS: FaceTrackOptions = {
  minFaceOverlap: 0.2,
  maxFaceStep: 0.6,
  maxFaceGrowth: 1.6,
  presenceHalfLifeMs: 10_000,
  faceGoneAfterMs: 4000,
  maxStillSpacingMs: 1000,
  maxFaceTracks: 8,
};

interface FaceTrack {
  readonly faceId: string;
  readonly box: FaceBox;
  readonly seenMs: number;
  /** ms of presence, decaying with its half-life. */
  readonly presenceMs: number;
}

/** Who was seen on one stream, and which of them is the customer. */
export interface FaceScene {
  readonly tracks: readonly FaceTrack[];
  readonly customerId: string | undefined;
  readonly lastMs: number | undefined;
  /** Ids given so far. */
  readonly count: number;
}

export const EMPTY_SCENE: FaceScene = { tracks: [], customerId: undefined, lastMs: undefined, count: 0 };

/** Where the customer was last: what the next still is to be assessed by. Undefined: nobody is known, take the largest. */
export function customerBox(scene: FaceScene, atMs: number, options: FaceTrackOptions): FaceBox | undefined {
  const { box, seenMs } = scene.tracks.find(({ faceId }) => faceId === scene.customerId) ?? {};
  return seenMs !== undefined && atMs - seenMs <= options.faceGoneAfterMs ? box : undefined;
}

/**
 * The scene after a still, and the id of each of its faces. Ids stay while a face moves less than it could be mistaken.
 * The customer is who was present longest lately: a face that is larger for a moment changes nothing, one that stays
 * when the customer has gone takes the place.
 */
export function seeFaces(
  scene: FaceScene,
  atMs: number,
  boxes: readonly FaceBox[],
  options: FaceTrackOptions,
): { readonly scene: FaceScene; readonly faceIds: readonly string[] } {
  const sinceMs = Math.max(0, atMs - (scene.lastMs ?? atMs));
  const decay = 0.5 ** (sinceMs / options.presenceHalfLifeMs);
  const known = scene.tracks
    .filter(({ seenMs }) => atMs - seenMs <= options.faceGoneAfterMs)
    .map((track) => ({ ...track, presenceMs: track.presenceMs * decay }));
  const pairs = matched(known, boxes, options);
  let { count } = scene;
  const seen = boxes.map((box, i): FaceTrack => {
    const track = known[pairs.get(i) ?? -1];
    const presenceMs = (track?.presenceMs ?? 0) + Math.min(Math.max(sinceMs, 1), options.maxStillSpacingMs);
    return {
      faceId: track?.faceId ?? String((count += 1)),
      box,
      seenMs: Math.max(atMs, track?.seenMs ?? 0),
      presenceMs,
    };
  });
  const paired = new Set(pairs.values());
  const unseen = known.filter((_track, i) => !paired.has(i));
  const tracks = [...seen, ...unseen].sort((a, b) => b.presenceMs - a.presenceMs).slice(0, options.maxFaceTracks);
  const next = {
    tracks,
    customerId: customerOf(tracks, scene.customerId),
    lastMs: Math.max(atMs, scene.lastMs ?? atMs),
    count,
  };
  return { scene: next, faceIds: seen.map(({ faceId }) => faceId) };
}

/** Longest present; of two alike the one it was, then the larger. */
function customerOf(tracks: readonly FaceTrack[], before: string | undefined): string | undefined {
  let best: FaceTrack | undefined;
  const area = ({ box }: FaceTrack): number => box[2] * box[3];
  for (const track of tracks) {
    if (best === undefined || track.presenceMs > best.presenceMs) best = track;
    else if (track.presenceMs < best.presenceMs || best.faceId === before) continue;
    else if (track.faceId === before || area(track) > area(best)) best = track;
  }
  return best?.faceId;
}

/** Track of each box, by index: the best pairs first, each track and box once. */
function matched(
  tracks: readonly FaceTrack[],
  boxes: readonly FaceBox[],
  options: FaceTrackOptions,
): Map<number, number> {
  const pairs = tracks.flatMap(({ box: from }, track) =>
    boxes.map((to, box) => ({ track, box, likeness: likeness(from, to, options) })),
  );
  pairs.sort((a, b) => b.likeness - a.likeness);
  const byBox = new Map<number, number>();
  const taken = new Set<number>();
  for (const { track, box, likeness: like } of pairs) {
    if (like <= 0 || byBox.has(box) || taken.has(track)) continue;
    byBox.set(box, track);
    taken.add(track);
  }
  return byBox;
}

/** The box that most likely shows the face that was at `from`; -1: none does. */
export function nearestFace(from: FaceBox, boxes: readonly FaceBox[], options = FACE_TRACK_DEFAULTS): number {
  const likes = boxes.map((box) => likeness(from, box, options));
  const best = Math.max(0, ...likes);
  return best > 0 ? likes.indexOf(best) : -1;
}

/** How likely two boxes are one face, in (0, 2]; 0: they are not. Overlap counts above nearness. */
function likeness(from: FaceBox, to: FaceBox, options: FaceTrackOptions): number {
  const shared = intersectionOverUnion(from, to);
  if (shared >= options.minFaceOverlap) return 1 + shared;
  const growth = Math.max(from[2] / to[2], to[2] / from[2], from[3] / to[3], to[3] / from[3]);
  const step = Math.hypot(from[0] + from[2] / 2 - to[0] - to[2] / 2, from[1] + from[3] / 2 - to[1] - to[3] / 2);
  const reach = options.maxFaceStep * Math.max(from[2], from[3], to[2], to[3]);
  return growth <= options.maxFaceGrowth && step <= reach ? 1 - step / (2 * reach) : 0;
}

function intersectionOverUnion(a: FaceBox, b: FaceBox): number {
  const along = (at: 0 | 1): number =>
    Math.max(0, Math.min(a[at] + a[at + 2]!, b[at] + b[at + 2]!) - Math.max(a[at], b[at]));
  const shared = along(0) * along(1);
  const union = a[2] * a[3] + b[2] * b[3] - shared;
  return union > 0 ? shared / union : 0;
}
