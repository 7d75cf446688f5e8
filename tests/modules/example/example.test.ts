// The promise to strangers: a resource with an import, an export and an action in fewer than 60 lines, and every door is there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { checkDeclarations } from '../../../src/core/checks/checks.ts';
import { readArguments } from '../../../src/core/doors/command-line.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { runCommand } from '../../../src/core/house/run-command.ts';
import { startWorker } from '../../../src/core/jobs/jobs.ts';
import { buildPanel } from '../../../src/core/panel/index.ts';
import { createApiKey } from '../../../src/core/people/api-keys.ts';
import { createOperator } from '../../../src/core/people/operators.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';
import events from './module.ts';

const password = 'seventeen green bicycles';
const api = '/admin/api/steward';
let house: TestCore;
let web: TestWeb;
let staff: Visitor;
let key: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  house = await testCore([events]);
  const { core } = house;
  await core.db.instance.create({ data: { id: core.instanceId, role: 'test' } });
  web = await openTestWeb(core, await buildPanel(core, { componentsFile: import.meta.filename }));
  const worker = await startWorker(core);
  stop = () => worker.stop();
  const operator = await core.transaction(systemActor, (work) =>
    createOperator(work, { email: 'ada@example.org', roleName: 'administrator', password }),
  );
  ({ key } = await core.transaction(systemActor, (work) =>
    createApiKey(work, {
      name: 'program',
      permissions: ['events:read', 'events:manage', 'events:export'],
      operatorId: operator.id,
    }),
  ));
  staff = new Visitor(web);
  await staff.signIn('ada@example.org', password);
}, 120_000);
afterAll(async () => {
  await stop?.();
  await web?.close();
  await house?.close();
});

const program = (address: string, body?: unknown) => {
  const headers = { authorization: `Bearer ${key}`, origin: undefined, cookie: undefined };
  return body === undefined ? new Visitor(web).get(address, headers) : new Visitor(web).post(address, body, headers);
};

async function waitFor(address: string, state: string) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const { json } = await staff.get(address);
    if (json?.state === state) return json;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${address} did not become ${state}.`);
}

const days = async () =>
  (await house.core.db.campaign.findMany({ orderBy: { slug: 'asc' } })).map(
    ({ slug, linkDays }) => `${slug} ${linkDays}`,
  );

describe('the declaration', () => {
  it('has fewer than 60 lines, uses the one door of the core, and is sound', () => {
    const source = readFileSync(path.join(import.meta.dirname, 'module.ts'), 'utf8');
    expect(source.trimEnd().split('\n').length).toBeLessThan(60);
    expect([...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from)).toEqual([
      'zod',
      '../../../src/core/index.ts',
    ]);
    expect(checkDeclarations([houseModule, events])).toEqual([]);
  });
});

describe('in the panel', () => {
  it('imports a spreadsheet after a rehearsal', async () => {
    const file =
      'Short name;Title;Organisation\nspring;Spring clean-up;Green Canal\nautumn;Cancelled feast;Canal Club\nB A D;X;Y\n';
    const upload = await staff.send('POST', `${api}/imports/of/Campaign/upload?name=events.csv`, {
      body: file,
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(upload.status).toBe(200);
    const address = `${api}/imports/${upload.json?.id}`;
    const { mapping } = (await staff.get(address)).json as { mapping: object };
    expect(mapping).toEqual({ slug: 0, title: 1, organisation: 2 });
    await staff.post(`${address}/rehearse`, { mapping });
    const shown = await waitFor(address, 'rehearsed');
    expect(shown.plans).toMatchObject({ create: 2, invalid: 1 });
    expect(await house.core.db.campaign.count()).toBe(0);
    await staff.post(`${address}/commit`, { expected: { create: 2, change: 0 } });
    expect((await waitFor(address, 'finished')).outcomes).toMatchObject({ done: 2 });
    expect(await days()).toEqual(['autumn 60', 'spring 60']);
  });

  it('lists, previews the action and runs it, with a reason for each that is left out', async () => {
    const list = (await staff.get('/admin/api/resources/Campaign/actions/list')).json as { records: object[] };
    expect(list.records).toHaveLength(2);
    const asked = { selection: { all: true }, form: { days: 10 } };
    const preview = (await staff.post(`${api}/actions/events.extend/preview`, asked)).json;
    expect(preview).toMatchObject({ total: 2, eligible: 2 });
    const start = { ...asked, expected: 2, idempotencyKey: 'example-0001' };
    const started = (await staff.post(`${api}/actions/events.extend/start`, start)).json;
    const run = await waitFor(`${api}/runs/${started?.runId}`, 'finished');
    expect(run).toMatchObject({ counts: { done: 1, skipped: 1 }, reasons: [{ reason: 'is cancelled' }] });
    expect(await days()).toEqual(['autumn 60', 'spring 70']);
  });
});

describe('over the API and the command line', () => {
  it('runs the action with a key', async () => {
    const body = { selection: { all: true, filters: { 'linkDays.from': '61' } }, form: { days: 5 } };
    expect((await program('/api/actions/events/extend', { ...body, dryRun: true })).json).toMatchObject({
      eligible: 1,
    });
    expect((await program('/api/actions/events/extend', body)).json).toMatchObject({ counts: { done: 1 } });
    expect(await days()).toEqual(['autumn 60', 'spring 75']);
    expect((await new Visitor(web).post('/api/actions/events/extend', body)).status).toBe(401);
  });

  it('exports the same rows as CSV', async () => {
    const form = { format: 'csv', columns: ['slug', 'linkDays'], sort: 'title', bom: false };
    const started = await program('/api/actions/events/export-campaign', { selection: { all: true }, form });
    const runId = (started.json as { runId: string }).runId;
    await waitFor(`${api}/runs/${runId}`, 'finished');
    const { file } = (await program(`/api/runs/${runId}`)).json as { file: { link: string } };
    const { text } = await new Visitor(web).get(
      new URL(file.link, web.url).pathname + new URL(file.link, web.url).search,
    );
    expect(text.trim().split(/\r?\n/)).toEqual(['"Short name","Days"', '"autumn",60', '"spring",75']);
  });

  it('stands in the document of the API and runs from the command line', async () => {
    const { paths } = (await new Visitor(web).get('/openapi.json')).json as { paths: Record<string, unknown> };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/actions/events/extend', '/api/actions/events/export-campaign']),
    );
    const lines: string[] = [];
    const typed = ['events.extend', '--all', '--form', 'days=1', '--as', 'ada@example.org'];
    await runCommand.run(house.core, readArguments(runCommand, typed), (line) => lines.push(line));
    expect(lines.join('\n')).toContain('1 skipped');
    expect(await days()).toEqual(['autumn 60', 'spring 76']);
  });
});
