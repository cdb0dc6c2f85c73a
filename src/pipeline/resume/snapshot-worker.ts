import { parentPort, workerData } from 'node:worker_threads';
import { giveWay } from '../../models/runtime/thread-priority';
import { applySnapshots } from './snapshot-folder';
import type { SnapshotBatch } from './snapshot-messages';

/** The entry of the thread that writes snapshots: one batch after the other, each answered when all of it is on disk. */
giveWay();
const port = parentPort!;
const folder = workerData as string;
port.on('message', (batch: SnapshotBatch) => port.postMessage(applySnapshots(folder, batch)));
