// {{Label}} over a real database and real HTTP: who may do what, and what the public sees.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import { createRecord, listRecords } from '../../../src/core/records/records.ts';
import module from '../../../src/modules/{{name}}/module.ts';
import { {{records}} } from '../../../src/modules/{{name}}/resource.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';
import { openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';

const manager = actorWith(['{{name}}:read', '{{name}}:manage']);
const reader = actorWith(['{{name}}:read']);
let kit: TestCore;
let web: TestWeb;

beforeAll(async () => {
  kit = await testCore([module]);
  web = await openTestWeb(kit.core);
});
afterAll(async () => {
  await web?.close();
  await kit?.close();
});

describe('{{records words}} in the panel', () => {
  it('are added by who may manage them, and read by who may read', async () => {
    await createRecord(kit.core, manager, {{records}}, { name: 'First' });
    const { rows } = await listRecords(kit.core, reader, {{records}}, parseListQuery({{records}}, reader, {}));
    expect(rows.map(({ title }) => title)).toEqual(['First']);
  });

  it('are not added by others, nor without a name; nothing is left behind', async () => {
    const before = await kit.core.db.{{record}}.count();
    await expect(createRecord(kit.core, reader, {{records}}, { name: 'Second' })).rejects.toMatchObject({ status: 403 });
    await expect(createRecord(kit.core, manager, {{records}}, { name: ' ' })).rejects.toMatchObject({
      fields: { name: 'is missing' },
    });
    expect(await kit.core.db.{{record}}.count()).toBe(before);
  });
});

describe('the public', () => {
  it('sees names and nothing else', async () => {
    const { status, json } = await new Visitor(web).get('/api/{{name}}');
    expect({ status, json }).toEqual({ status: 200, json: { {{records}}: [{ name: 'First' }] } });
  });

  it('finds the page', async () => {
    const { status, text } = await new Visitor(web).get('/{{name}}/');
    expect(status).toBe(200);
    expect(text).toContain('/{{name}}/list.js');
  });
});
