// One process at a time in a folder. A lock outlives a killed process only as a file: who holds it is told by the process
// id together with that process's start, so a stale file and a reused id never lock anybody out.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** The holder of a lock that is still alive. */
export interface LockHolder {
  pid: number;
}

/** Takes the lock for this process. Returns how to release it, or who holds it. */
export function takeFolderLock(file: string): { release(): void } | { heldBy: LockHolder } {
  const mine = `${process.pid} ${processStart(process.pid)}\n`;
  for (;;) {
    if (appears(file, mine)) return { release: () => readOr(file) === mine && rmSync(file, { force: true }) };
    const seen = readOr(file);
    const heldBy = aliveHolder(seen);
    if (heldBy) return { heldBy };
    // What has just been let go is not stale: somebody else may have it by now.
    if (seen !== undefined) removeStale(file, seen);
  }
}

// Made beside it and linked, so that the file appears with its content: an empty one would be taken for a stale one by others.
function appears(file: string, content: string): boolean {
  const own = `${file}.${randomUUID()}`;
  writeFileSync(own, content, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Returns who holds the lock now, or undefined when nobody alive does. */
export function folderLockHolder(file: string): LockHolder | undefined {
  return aliveHolder(readOr(file));
}

/** Says whether a process is there and not merely waiting to be collected by its parent. */
export function isAlive(pid: number): boolean {
  return processStart(pid) !== undefined;
}

function aliveHolder(content: string | undefined): LockHolder | undefined {
  const [, pid, start] = content?.match(/^(\d+) (.*)\n$/) ?? [];
  return pid && processStart(Number(pid)) === start ? { pid: Number(pid) } : undefined;
}

// Two who find the same stale file must not both remove: the second would remove the lock that the first has just taken.
// So it is moved aside first, and put back when it turns out to be another one than was judged.
function removeStale(file: string, judged: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readOr(aside) !== judged) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Returns the command line of a process, or an empty text when it cannot be seen. */
export function commandOf(pid: number): string {
  if (process.platform === 'linux') return readOr(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') ?? '';
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}

/** Signals a process; that it is gone already, or not ours to signal, is no error. */
export function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Whoever asked looks whether it is still alive.
  }
}

/** Returns a text that differs between two processes with the same id, or undefined when there is no such process. */
function processStart(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
    const [state, ...start] = (stdout ?? '').trim().split(/\s+/);
    return !state || state.startsWith('Z') ? undefined : start.join(' ');
  }
  const fields = readOr(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return `${fields[19]} ${readOr('/proc/sys/kernel/random/boot_id')?.trim()}`;
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
