// `npm run image:rehearse`: builds and starts the image's stages without Docker. It goes through the Dockerfile in an
// empty folder, all steps but those of a package manager, as a user without rights; then it starts the service from there
// as CMD says, with nothing writable but the volume, asks /readyz, for the dashboard with its files and for the documents, and
// stops it. `--target STAGE`: another than the last.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDockerfile, stagesFor } from './image/dockerfile.mjs';
import { setFoldersWritable } from './image/place.mjs';
import { Rehearsal } from './image/rehearsal.mjs';
import { root } from './setup.mjs';

const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;

const at = process.argv.indexOf('--target');
const stages = stagesFor(
  readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8')),
  at < 0 ? undefined : process.argv[at + 1],
);
const folder = mkdtempSync(join(tmpdir(), 'rapport-image-'));
chmodSync(folder, 0o755);
const user = unprivileged();
const began = Date.now();
const say = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
let app;
try {
  const rehearsal = new Rehearsal({ root, folder, user, say });
  const image = stages.map((stage) => rehearsal.stage(stage)).at(-1);
  if (image.user === undefined || /^(root|0)\b/.test(image.user)) throw new Error('Dockerfile: the image runs as root');
  app = rehearsal.inside(image, '.');
  setFoldersWritable(app, false);
  await rehearseStart(rehearsal, image);
} finally {
  if (app !== undefined) setFoldersWritable(app, true);
  rmSync(folder, { recursive: true, force: true });
}
say('rehearsed');

async function rehearseStart(rehearsal, image) {
  const [program, ...args] = image.cmd;
  if (program !== 'node') throw new Error(`Dockerfile: CMD ${program} cannot be rehearsed`);
  const log = join(folder, 'service.log');
  const env = { ...rehearsal.environment(image), PORT: '0', HOST: '127.0.0.1' };
  const out = openSync(log, 'w');
  const service = spawn(process.execPath, args, {
    ...{ cwd: app, env, uid: user.uid, gid: user.gid, stdio: ['ignore', out, out, 'ipc'] },
  });
  const exited = new Promise((resolve) => service.once('exit', (code, signal) => resolve({ code, signal })));
  const within = (ms, what, promise) => {
    const late = new Promise((_, reject) =>
      setTimeout(() => reject(new Error(`${what} within ${ms / 1000} s`)), ms).unref(),
    );
    return Promise.race([promise, late]);
  };
  try {
    const ready = within(READY_TIMEOUT_MS, 'not ready', new Promise((resolve) => service.once('message', resolve)));
    const first = await Promise.race([ready, exited]);
    if (first.port === undefined) throw new Error(`the service ended with ${first.code ?? first.signal}`);
    const answer = await fetch(`http://127.0.0.1:${first.port}/readyz`);
    const { status, details } = await answer.json();
    if (!answer.ok || status !== 'ok') throw new Error(`/readyz answered ${answer.status}: ${JSON.stringify(details)}`);
    say(
      `/readyz: ${status}, ${details.models.served.map(({ name, provider }) => `${name} on ${provider}`).join(', ')}`,
    );
    say(`the dashboard and the documents: ${(await askForPages(`http://127.0.0.1:${first.port}`)).join(', ')}`);
    service.kill('SIGTERM');
    const { code, signal } = await within(STOP_TIMEOUT_MS, 'not stopped', exited);
    if (code !== 0) throw new Error(`the service ended with ${code ?? signal} after SIGTERM`);
    say('stopped in order by SIGTERM');
  } catch (error) {
    console.error(readFileSync(log, 'utf8').slice(-4000));
    throw error;
  } finally {
    service.kill('SIGKILL');
  }
}

/** The pages that the image was built with, and whatever the dashboard names: gives their paths. */
async function askForPages(service) {
  const get = async (path) => {
    const answer = await fetch(new URL(path, service));
    const text = await answer.text();
    if (!answer.ok || text.length === 0) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`);
    return text;
  };
  const files = [...(await get('/wall')).matchAll(/(?:src|href)="(\/wall\/[^"]+)"/g)].map(([, path]) => path);
  if (!files.some((path) => path.endsWith('.js'))) throw new Error('/wall names no script of its own');
  const pages = [...files, '/docs', '/docs/openapi.json', '/docs/asyncapi.json'];
  for (const path of pages) await get(path);
  return ['/wall', ...pages];
}

/** As root, commands run as `nobody`; everybody else is unprivileged already. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const id = (flag) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
