// How the programs of the embedded PostgreSQL are found and started: never as root, and so that they end when we do.
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** Starts the programs under the right account. */
export interface Launcher {
  /** The account that owns the data and runs the server. */
  uid: number;
  start(program: 'initdb' | 'postgres', args: string[], stdio: StdioOptions): ChildProcess;
  /** Gives a file or folder that we have made to that account. */
  giveAway(target: string): void;
}

interface Account {
  uid: number;
  gid: number;
}

/** Finds the binaries and a way to run them that reaches `folder`. `owner` is the account that owns existing data. */
export async function prepareLauncher(folder: string, owner: Account | undefined): Promise<Launcher> {
  const native = await findBinaries();
  const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...ensureLibraryLinks(native, folder) };
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const account = me.uid === 0 ? (owner ?? unprivilegedAccount()) : me;
  const way = waysToRun(me, account).find((one) => {
    const probe = ['/bin/sh', '-c', 'cd "$0" && exec "$1" -V', folder, path.join(native, 'bin/postgres')];
    const [program = '', ...args] = [...one.prefix, ...probe];
    return spawnSync(program, args, { ...one.identity, env: environment, timeout: 10_000 }).status === 0;
  });
  if (!way) throw unreachable(folder, native, me, account);
  return {
    uid: account.uid,
    start(program, programArgs, stdio) {
      const [command = '', ...args] = [...way.prefix, path.join(native, 'bin', program), ...programArgs];
      // A group of its own: Ctrl+C in the terminal must reach the server only after the application has finished.
      return spawn(command, args, { ...way.identity, env: environment, stdio, cwd: '/', detached: true });
    },
    giveAway: (target) => {
      if (me.uid === 0) chownSync(target, account.uid, account.gid);
    },
  };
}

/** One way to run a program under an account: what stands before it, or the identity that Node gives it. */
interface Way {
  prefix: string[];
  identity: Partial<Account>;
}

// From the least privilege to the most. With a project under a private home (mode 700) the account cannot walk to its own
// folder: then it gets the one capability to walk and read anywhere. `no_setuid_fixup` makes access(2), by which initdb
// looks at its files, count that capability too. Docker's default set has dac_override but not dac_read_search.
function waysToRun(me: Account, account: Account): Way[] {
  const dieWithParent = ['setpriv', '--no-new-privs', '--pdeathsig=INT'];
  if (me.uid !== 0)
    return [
      { prefix: dieWithParent, identity: {} },
      { prefix: [], identity: {} },
    ];
  const asAccount = [...dieWithParent, `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const only = (capability: string) =>
    ['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=-all${capability}`);
  const withCapability = (name: string) => [...asAccount, ...only(`,+${name}`), '--securebits=+no_setuid_fixup'];
  return [
    { prefix: [...asAccount, ...only('')], identity: {} },
    { prefix: withCapability('dac_read_search'), identity: {} },
    { prefix: withCapability('dac_override'), identity: {} },
    { prefix: [], identity: account },
  ];
}

async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const found = (await import(name)) as { postgres: string };
    return path.dirname(path.dirname(found.postgres));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). ` +
        'Run "npm ci" again, or give DATABASE_URL the address of a PostgreSQL 14 or newer.',
      error,
    );
  }
}

/**
 * Sees to the symbolic links between the libraries, which npm's packages cannot carry and an install without scripts lacks.
 * Returns what the environment needs when they could not be put where the libraries are.
 */
function ensureLibraryLinks(native: string, folder: string): Record<string, string> {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return {};
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const at = (file: string) => path.join(native, '..', file);
  const missing = links.filter((link) => !existsSync(at(link.target)));
  if (missing.length === 0) return {};
  if (isWritable(path.join(native, 'lib'))) {
    for (const link of missing) linkTo(path.basename(link.source), at(link.target));
    return {};
  }
  const ours = path.join(folder, 'lib');
  mkdirSync(ours, { recursive: true, mode: 0o755 });
  for (const link of missing) linkTo(at(link.source), path.join(ours, path.basename(link.target)));
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return { [variable]: `${ours}:${path.join(native, 'lib')}` };
}

function linkTo(source: string, target: string): void {
  try {
    symlinkSync(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

// "steward" when the administrator made such an account, else "nobody"; initdb wants one that the system knows by name.
function unprivilegedAccount(): Account {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const fields = ['steward', 'nobody'].map((name) => lines.find((line) => line.startsWith(`${name}:`))).find(Boolean);
  const [, , uid, gid] = fields?.split(':') ?? [];
  // Some systems write nobody's id as -2.
  return uid ? { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 } : { uid: 65534, gid: 65534 };
}

function unreachable(folder: string, native: string, me: Account, account: Account): EmbeddedPostgresError {
  const [program = '', ...args] = [path.join(native, 'bin/postgres'), '-V'];
  const said = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 });
  if (said.status !== 0)
    return new EmbeddedPostgresError(
      `The embedded PostgreSQL does not run on this machine: ${(said.stderr || said.error?.message || 'no reason given').trim()}\n` +
        'Give DATABASE_URL the address of a PostgreSQL 14 or newer instead.',
    );
  if (me.uid !== 0)
    return new EmbeddedPostgresError(`The folder ${folder} cannot be entered. Give DATA_DIR one that can.`);
  return new EmbeddedPostgresError(
    `PostgreSQL must not run as root, and the account with id ${account.uid} that would run it instead cannot reach ${folder} ` +
      `or ${native} (mode ${(statSync(folder).mode & 0o777).toString(8)}). Start Steward as an ordinary user, put it where ` +
      'others may enter (chmod o+x on the folders above), or give DATABASE_URL the address of a PostgreSQL 14 or newer.',
  );
}
