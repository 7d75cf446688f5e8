// What staff do in the panel and on the command line: open and close, register somebody, give an operator a credential.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { previewAction, runAction } from '../../../src/core/runs/run.ts';
import workshopsModule from '../../../src/modules/workshops/module.ts';
import { compiledFile } from '../../kit/compiled.ts';
import { type House, openHouseOf, rootPassword } from '../../kit/house.ts';
import { Visitor } from '../../kit/http.ts';
import { brokenInvariants } from './seat-rush.ts';
import { makeEvent } from './workshops-house.ts';

const root = path.join(import.meta.dirname, '../../..');
let house: House;
let staff: Visitor;

beforeAll(async () => {
  house = await openHouseOf([workshopsModule], {}, { panel: true });
  staff = new Visitor(house.web);
  await staff.signIn('root@example.org', rootPassword);
});
afterAll(() => house?.close());

const record = async (model: string, id: string) => (await staff.get(`/admin/api/steward/records/${model}/${id}`)).json;

it('an open event offers to close it, a closed one to open it', async () => {
  const { event } = await makeEvent(house, { workshops: [], people: [] });
  const ready = async () => (await record('WorkshopEvent', event.id))?.ready as string[];
  expect(await ready()).toEqual(expect.arrayContaining(['workshops.close', 'workshops.export-registrations']));
  expect(await ready()).not.toContain('workshops.open');
  await runAction(house.core, systemActor, 'workshops.close', {
    selection: { ids: [event.id] },
    form: {},
    idempotencyKey: crypto.randomUUID(),
  });
  expect(await ready()).toContain('workshops.open');
  expect(await ready()).not.toContain('workshops.close');
});

it('registers chosen people for a workshop that is chosen by its name; what a rule forbids is told and left', async () => {
  const made = await makeEvent(house, {
    workshops: [
      { title: 'Wanted', moment: 'a', limit: 2 },
      { title: 'Taken', moment: 'a', limit: 9 },
    ],
    people: ['Ada', 'Bob', 'Cid'].map((fullName) => ({ fullName })),
  });
  const { resources } = (await staff.get('/admin/api/steward/state')).json as {
    resources: { model: string; actions: { name: string; form: { name: string; kind: string; model?: string }[] }[] }[];
  };
  const action = resources
    .find(({ model }) => model === 'Attendee')
    ?.actions.find(({ name }) => name === 'register-for');
  expect(action?.form[0]).toMatchObject({ name: 'workshop', kind: 'reference', model: 'Workshop' });
  const found = await staff.get('/admin/api/steward/records/Workshop/options?q=Want');
  const [choice] = JSON.parse(found.text) as { id: string; title: string }[];
  expect(choice).toMatchObject({ title: 'Wanted (a)' });
  const [wanted, taken] = made.workshops.map(({ id }) => id) as [string, string];
  const ask = (workshop: string, ids: string[]) => ({
    selection: { ids },
    form: { workshop, reason: 'asked by phone' },
    idempotencyKey: crypto.randomUUID(),
  });
  const [ada, bob, cid] = made.people.map(({ id }) => id) as [string, string, string];
  await runAction(house.core, systemActor, 'workshops.register-for', ask(taken, [ada]));
  const preview = await previewAction(house.core, systemActor, 'workshops.register-for', ask(wanted, [ada, bob, cid]));
  expect(JSON.stringify(preview)).toContain('also gets Wanted (a)');
  const { runId } = await runAction(
    house.core,
    systemActor,
    'workshops.register-for',
    ask(choice!.id, [ada, bob, cid]),
  );
  const items = await house.core.db.runItem.findMany({ where: { runId } });
  expect(items.map(({ outcome, reason }) => `${outcome} ${reason ?? ''}`.trim()).sort()).toEqual([
    'done',
    'done',
    'failed Already registered for another workshop on this moment',
  ]);
  const strange = await runAction(house.core, systemActor, 'workshops.register-for', ask('nothing', [bob]));
  const [item] = await house.core.db.runItem.findMany({ where: { runId: strange.runId } });
  expect(item).toMatchObject({ outcome: 'skipped', reason: 'there is no such workshop' });
  expect(await brokenInvariants(house.core, made.event.id)).toEqual([]);
});

/** Runs the command with a line on its standard input. */
function setCredential(operator: string, line: string): Promise<{ code: number; text: string }> {
  const child = spawn(
    process.execPath,
    [compiledFile('src/cli.ts'), 'workshops:manager-credential', '--operator', operator],
    {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        APP_KEY: 'k'.repeat(40),
        DATA_DIR: house.core.config.dataDir,
        DATABASE_URL: house.databaseUrl,
      },
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  child.stdin.end(line);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, text })));
}

it('the command line gives an operator a credential from the standard input, and refuses weak ones in words', async () => {
  for (const [operator, line, words] of [
    ['root@example.org', 'short1A\n', 'at least 10 characters'],
    ['root@example.org', 'alllowercase1\n', 'did not meet requirements'],
    ['root@example.org', '', 'Nothing was given'],
    ['nobody@example.org', 'Lantern7Orchid\n', 'no operator with this e-mail address'],
  ] as const)
    expect(await setCredential(operator, line)).toEqual({ code: 1, text: expect.stringContaining(words) });
  expect(await house.core.db.workshopManager.count()).toBe(0);
  const { code, text } = await setCredential('root@example.org', 'Lantern7Orchid\n');
  expect([code, text]).toEqual([0, expect.stringContaining('can now sign in')]);
  expect(text).not.toContain('Lantern7Orchid');
  const answer = await new Visitor(house.web).post('/auth/login', { credential: 'Lantern7Orchid', admin_login: 1 });
  expect(answer.status).toBe(200);
}, 300_000);
