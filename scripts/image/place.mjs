import {
  chmodSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A tree again at another place; links stay links. With `share` the files are the same ones on disk (hard links) where
 * the file system allows it: for what nobody will write to.
 */
export function place(from, to, { share = false, leaveOut = () => false } = {}) {
  const put = (source, target) => {
    if (leaveOut(source)) return;
    const stat = lstatSync(source);
    if (stat.isDirectory()) {
      mkdirSync(target, { recursive: true });
      for (const name of readdirSync(source)) put(join(source, name), join(target, name));
    } else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (!share || !hardLinked(source, target)) copyFileSync(source, target);
  };
  mkdirSync(dirname(to), { recursive: true });
  put(from, to);
}

function hardLinked(source, target) {
  try {
    linkSync(source, target);
    return true;
  } catch (error) {
    // Another file system, or a file of somebody else.
    if (error.code === 'EXDEV' || error.code === 'EPERM') return false;
    throw error;
  }
}

/** Takes the right to make, remove or rename anything from every folder under `root`, or gives it back. */
export function setFoldersWritable(root, isWritable) {
  const stat = lstatSync(root);
  if (!stat.isDirectory()) return;
  if (isWritable) chmodSync(root, 0o755);
  for (const name of readdirSync(root)) setFoldersWritable(join(root, name), isWritable);
  if (!isWritable) chmodSync(root, 0o555);
}
