// `npm start -- --demo` on an empty installation: the demo has operators of its own (a club signs in to the panel), and still whoever
// started it gets the link and becomes the administrator.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../kit/database.ts';
import { Visitor } from '../kit/http.ts';
import { type ServerProcess, serverProcess } from '../kit/server.ts';
import { until } from '../kit/until.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'steward-demo-'));
const password = 'lantern orchid seven canal';
let database: TestDatabase;
let server: ServerProcess;
beforeAll(async () => {
  database = await cloneDatabase();
  const settings = { DATA_DIR: folder, DATABASE_URL: database.url, SMTP_URL: '', DEMO: 'true', LOG_LEVEL: 'error' };
  server = await serverProcess(settings);
  await server.start();
}, 240_000);
afterAll(async () => {
  await server?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

it('prints the one-time link though the demo has made operators, and it works once', async () => {
  const found = () => /setup\?link=([\w-]+)/.exec(server.output())?.[1];
  await until(() => found() !== undefined);
  const link = found() ?? '';
  const visitor = new Visitor({ url: server.base, port: Number(new URL(server.base).port) });
  const fields = { link, isFirst: '1', email: 'ada@example.org', name: 'Ada', password, again: password };
  expect((await visitor.form('/admin/setup', fields)).status).toBe(303);
  const { json } = await visitor.get('/admin/api/steward/state');
  expect(json).toMatchObject({ operator: { email: 'ada@example.org' }, permissions: ['*'] });
  const other = new Visitor({ url: server.base, port: Number(new URL(server.base).port) });
  expect((await other.form('/admin/setup', { ...fields, email: 'eve@example.org' })).status).toBeGreaterThanOrEqual(
    400,
  );
}, 120_000);
