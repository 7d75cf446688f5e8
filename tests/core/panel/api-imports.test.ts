// Imports at the panel's door: who may, what a body must be, and that a refused file leaves nothing behind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import type { Core } from '../../../src/core/core.ts';
import { buildPanel } from '../../../src/core/panel/index.ts';
import { createOperator } from '../../../src/core/people/operators.ts';
import certificates from '../../../src/modules/certificates/module.ts';
import { testCore } from '../../kit/core.ts';
import { fingerprint, openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';

const password = 'seventeen green bicycles';
const api = '/admin/api/steward/imports';
let core: Core;
let web: TestWeb;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ core, close } = await testCore([certificates]));
  web = await openTestWeb(core, await buildPanel(core, { componentsFile: import.meta.filename }));
  const campaign = async (slug: string) =>
    (await core.db.campaign.create({ data: { slug, title: slug, organisation: 'Club' } })).id;
  const operator = (email: string, roleName: string, scopeId?: string) =>
    core.transaction(systemActor, (work) => createOperator(work, { email, roleName, password, scopeId }));
  const own = await campaign('own');
  await campaign('other');
  await core.db.role.create({ data: { name: 'looker', permissions: ['certificates:read'] } });
  await operator('looker@example.org', 'looker');
  await operator('organiser@example.org', 'campaign organiser', own);
}, 60_000);
afterAll(async () => {
  await web?.close();
  await close?.();
});

async function as(email?: string): Promise<Visitor> {
  const visitor = new Visitor(web);
  if (email) await visitor.signIn(email, password);
  return visitor;
}

const upload = (visitor: Visitor, body: string | Buffer, type = 'application/octet-stream', query = '?name=a.csv') =>
  visitor.send('POST', `${api}/of/Recipient/upload${query}`, { body, headers: { 'content-type': type } });

describe('uploading', () => {
  it('is for those who may import, from our own pages, as the bare body', async () => {
    const before = await fingerprint(core, ['Import', 'StoredFile']);
    expect((await upload(await as(), 'a\nb\n')).status).toBe(401);
    expect((await upload(await as('looker@example.org'), 'a\nb\n')).status).toBe(403);
    const organiser = await as('organiser@example.org');
    expect((await upload(organiser, '{}', 'application/json')).json).toMatchObject({
      fields: { file: 'must be the bare body' },
    });
    expect((await upload(organiser, 'a\nb\n', undefined, '')).json).toMatchObject({ code: 'invalid' });
    expect((await upload(organiser, 'a\nb\n', undefined, '?name=a&path=/proc/self/environ')).status).toBe(400);
    const foreign = await organiser.send('POST', `${api}/of/Recipient/upload?name=a`, {
      body: 'a\nb\n',
      headers: {
        'content-type': 'application/octet-stream',
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
      },
    });
    expect(foreign.status).toBe(403);
    for (const file of ['', 'a,b\n', 'a,b\n1,\0\n', Buffer.from('PK\x03\x04 and then nothing')])
      expect((await upload(organiser, file)).json).toMatchObject({
        code: 'invalid',
        fields: { file: expect.any(String) },
      });
    expect(await fingerprint(core, ['Import', 'StoredFile'])).toBe(before);
  }, 60_000);

  it('is refused for resources without an import and for names that are none', async () => {
    const organiser = await as('organiser@example.org');
    for (const model of ['Campaign', 'Operator', '__proto__', 'constructor'])
      expect(
        (
          await organiser.send('POST', `${api}/of/${model}/upload?name=a`, {
            body: 'a\nb\n',
            headers: { 'content-type': 'application/octet-stream' },
          })
        ).status,
      ).toBe(404);
  });
});

it('keeps an organiser inside the own campaign, whatever is sent', async () => {
  const organiser = await as('organiser@example.org');
  const answer = await upload(organiser, 'e-mail,campaign\na@b.org,other\n');
  expect(answer.status).toBe(200);
  const id = String(answer.json?.id);
  const other = await core.db.campaign.findUniqueOrThrow({ where: { slug: 'other' } });
  const rehearse = (body: object) => organiser.post(`${api}/${id}/rehearse`, body);
  expect((await rehearse({ mapping: { email: 0 }, defaults: { campaignId: other.id } })).json).toMatchObject({
    fields: { campaignId: 'does not exist' },
  });
  expect((await rehearse({ mapping: { email: 0, state: 1 } })).json).toMatchObject({
    fields: { state: 'cannot be imported' },
  });
  expect((await rehearse({ mapping: { email: -1 } })).status).toBe(400);
  expect((await rehearse({ mapping: [], extra: 1 })).status).toBe(400);
  expect((await organiser.post(`${api}/${id}/commit`, { expected: { create: 1, change: 0 } })).status).toBe(409);
  expect((await organiser.post(`${api}/${id}/undo`, {})).status).toBe(409);
  expect((await organiser.post(`${api}/${id}/explode`, {})).status).toBe(404);
  expect((await organiser.get(`${api}/${id}/rows?page=0`)).status).toBe(400);
  expect((await (await as('looker@example.org')).get(`${api}/${id}`)).status).toBe(404);
  expect(await core.db.recipient.count()).toBe(0);
}, 60_000);
