import { spawnSync } from 'node:child_process';
import { existsSync, lchownSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, posix } from 'node:path';
import { ignoredBy, sourcesOf } from './build-context.mjs';
import { place } from './place.mjs';

const PACKAGE_MANAGER = /^(npm (ci|install)|apt-get) /;
const RUN_TIMEOUT_MS = 300_000;

/**
 * Goes through stages as `docker build` does, each in a folder of its own under `folder`. What a package manager would
 * fetch is taken from the repository's own node_modules: all of it, or with `--omit=dev` what the lock file calls no
 * development dependency. Commands run as `user`; absolute paths in them are of the stage.
 */
export class Rehearsal {
  constructor({ root, folder, user, say }) {
    Object.assign(this, { root, folder, runsAs: user, say });
    this.isIgnored = ignoredBy(readFileSync(join(root, '.dockerignore'), 'utf8'));
    this.stages = new Map();
  }

  stage({ name, from, steps }) {
    const base = this.stages.get(from);
    const stage = {
      folder: join(this.folder, name),
      workdir: base?.workdir ?? '/',
      env: { ...base?.env },
      user: base?.user,
      cmd: base?.cmd,
    };
    this.say(`stage ${name}, from ${from}`);
    if (base === undefined) mkdirSync(stage.folder, { recursive: true });
    else place(base.folder, stage.folder, { share: true });
    this.stages.set(name, stage);
    for (const step of steps) {
      const act = this[step.instruction.toLowerCase()];
      if (act === undefined) throw new Error(`Dockerfile: ${step.instruction} is not understood here`);
      act.call(this, stage, step);
    }
    return stage;
  }

  workdir(stage, { words: [path] }) {
    stage.workdir = posix.resolve(stage.workdir, path);
    mkdirSync(this.inside(stage, stage.workdir), { recursive: true });
  }

  env(stage, { words }) {
    for (const word of words) stage.env[word.slice(0, word.indexOf('='))] = word.slice(word.indexOf('=') + 1);
  }

  user(stage, { words: [name] }) {
    stage.user = name;
  }

  cmd(stage, { words }) {
    stage.cmd = words;
  }

  volume() {}
  expose() {}

  copy(stage, { flags, words }) {
    const sources = words.slice(0, -1);
    const target = this.inside(stage, words.at(-1));
    for (const source of sources) {
      if (flags.from === undefined) this.copyFromContext(source, target, words.at(-1));
      else this.copyFromStage(flags.from, source, target);
    }
    this.say(`  COPY ${words.join(' ')}`);
  }

  copyFromContext(source, target, named) {
    for (const { path, isFolder } of sourcesOf(this.root, source, this.isIgnored)) {
      const leaveOut = (file) => this.isIgnored(file.slice(this.root.length + 1));
      const to = isFolder || !named.endsWith('/') ? target : join(target, basename(path));
      place(join(this.root, path), to, { leaveOut });
    }
  }

  copyFromStage(name, source, target) {
    const stage = this.stages.get(name);
    const from = join(stage.folder, source);
    if (!existsSync(from)) throw new Error(`Dockerfile: COPY --from=${name} ${source} finds nothing`);
    place(from, target, { share: true });
  }

  run(stage, { text }) {
    for (const command of text.split(' && ')) {
      if (PACKAGE_MANAGER.test(`${command} `)) this.installed(stage, command);
      else if (command.startsWith('chown ')) this.say(`  left out: ${command} (all is the rehearsing user's)`);
      else this.execute(stage, command);
    }
  }

  /** What `npm ci` would have put there. */
  installed(stage, command) {
    if (!command.startsWith('npm ci')) throw new Error(`Dockerfile: "${command}" cannot be rehearsed`);
    const to = this.inside(stage, stage.workdir);
    if (command.includes('--omit=dev')) {
      for (const path of productionPackages(this.root))
        place(join(this.root, path), join(to, path), { share: true, leaveOut: isNested });
    } else place(join(this.root, 'node_modules'), join(to, 'node_modules'), { share: true });
    this.say(`  instead of ${command}: the packages of the repository`);
  }

  execute(stage, command) {
    const { uid, gid } = this.runsAs;
    giveTo(stage.folder, this.runsAs);
    const own = scriptOf(this.inside(stage, stage.workdir), command) ?? command;
    const text = own.replaceAll(/(?<=^| )\/[^ ]+/g, (path) => this.inside(stage, path));
    this.say(`  RUN ${command}`);
    const { status, stdout, stderr, error } = spawnSync('sh', ['-c', text], {
      ...{ cwd: this.inside(stage, stage.workdir), env: this.environment(stage), uid, gid },
      ...{ encoding: 'utf8', timeout: RUN_TIMEOUT_MS },
    });
    if (error !== undefined || status !== 0) {
      throw new Error(`Dockerfile: RUN ${command} ended with ${status ?? error?.message}:\n${stdout}${stderr}`);
    }
  }

  /** Nothing of this process's own but the way to `node` and `sh`; paths of ENV are of the stage. */
  environment(stage) {
    const env = Object.entries(stage.env).map(([name, value]) => [
      name,
      isAbsolute(value) ? this.inside(stage, value) : value,
    ]);
    const path = [
      join(this.inside(stage, stage.workdir), 'node_modules/.bin'),
      dirname(process.execPath),
      '/usr/bin',
      '/bin',
    ];
    return { ...Object.fromEntries(env), PATH: path.join(':'), HOME: stage.folder };
  }

  inside(stage, path) {
    return join(stage.folder, posix.resolve(stage.workdir, path));
  }
}

const isNested = (path) => basename(path) === 'node_modules';

/** Paths under node_modules that `npm ci --omit=dev` installs here, by the lock file; each without those nested in it. */
export function productionPackages(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path.includes('node_modules/') && dev !== true && existsSync(join(root, path)))
    .map(([path]) => path)
    .sort();
}

/** `npm run NAME` as the command that package.json has for it: npm itself need not be there. */
function scriptOf(folder, command) {
  const name = /^npm run (\S+)$/.exec(command)?.[1];
  if (name === undefined) return undefined;
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).scripts[name];
}

/** Folders, and files that are nobody else's too (hard links), become the user's. */
function giveTo(path, user) {
  if (user.uid === undefined) return;
  const stat = lstatSync(path);
  if (stat.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), user);
  if (stat.isDirectory() || stat.nlink === 1) lchownSync(path, user.uid, user.gid);
}
