// A server whose log is read by nobody any more: the pipe is broken, and every line fails to be written.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { compiledFile } from '../kit/compiled.ts';
import { cloneDatabase } from '../kit/database.ts';
import { freePort } from '../kit/server.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const moments = ['while it starts', 'while it serves'] as const;

it.each(moments)(
  'serves on when the reader of its log goes away %s, instead of writing about that without end',
  async (moment) => {
    const database = await cloneDatabase();
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const child = spawn(process.execPath, [compiledFile('src/server.ts')], {
      env: {
        ...process.env,
        NODE_ENV: 'development',
        PORT: String(port),
        DATABASE_URL: database.url,
        DATA_DIR: folder,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      // Each answer is a line in the log, the first ones while the last parts of the server still start.
      const isUp = () =>
        fetch(`${base}/`).then(
          (answer) => answer.ok,
          () => false,
        );
      const leave = () => {
        child.stdout.destroy();
        child.stderr.destroy();
      };
      child.stdout.resume();
      child.stderr.resume();
      if (moment === 'while it starts') leave();
      for (let tries = 0; !(await isUp()); tries += 1) {
        if (tries > 30_000 || child.exitCode !== null) throw new Error('the server did not come up');
        await pause(5);
      }
      leave();
      // Each of these is a line in the log.
      for (let i = 0; i < 5; i += 1) expect((await fetch(`${base}/`)).status).toBe(200);
      // Counted by the kernel, so that a busy machine does not matter: an endless loop would use all of its time here.
      const ticks = () => {
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
        return Number(fields[11]) + Number(fields[12]);
      };
      if (process.platform === 'linux') {
        const shares: number[] = [];
        for (let i = 0; i < 5; i += 1) {
          const before = ticks();
          await pause(400);
          shares.push(ticks() - before);
        }
        // 40 ticks are all of one core in that time; the quietest of five says whether it ever rests.
        expect(Math.min(...shares)).toBeLessThan(10);
      }
      expect(child.exitCode).toBeNull();
    } finally {
      child.kill('SIGKILL');
      await database.drop();
    }
  },
  180_000,
);
