// A core with one module of its own on the models Campaign and Recipient that declares imports. Used by the tests of imports, also in child processes.
import { z } from 'zod';
import { type Actor, systemActor } from '../../src/core/access.ts';
import { loadConfig } from '../../src/core/config/config.ts';
import type { Core } from '../../src/core/core.ts';
import { type DatabaseConnection, openDatabase } from '../../src/core/database/database.ts';
import { createTransactions } from '../../src/core/database/transaction.ts';
import { createFiles } from '../../src/core/files/files.ts';
import { houseModule } from '../../src/core/house/module.ts';
import { importOf } from '../../src/core/imports/declaration.ts';
import { readImport, startCommit, startRehearsal, uploadImport } from '../../src/core/imports/imports.ts';
import { workImport } from '../../src/core/imports/work.ts';
import { type InstanceTimes, startInstance } from '../../src/core/jobs/instances.ts';
import { createLimits } from '../../src/core/limits.ts';
import { log } from '../../src/core/log.ts';
import { defineModule } from '../../src/core/module.ts';
import { createOperator, ensureHouse } from '../../src/core/people/operators.ts';
import { configureDays } from '../../src/core/records/days.ts';
import { buildRegistry } from '../../src/core/registry.ts';
import { resource } from '../../src/core/resource.ts';

const read = 'people:read';
const write = 'people:write';

/** After how many parts that are written the next one never ends, so that a kill comes in its middle. */
export const held = { after: Number.POSITIVE_INFINITY };
let parts = 0;

const groups = resource('Campaign', {
  label: { one: 'group', many: 'groups' },
  group: 'Test',
  title: 'title',
  permissions: { read, create: write, update: write, delete: write },
  scopes: { 'own-group': (actor) => ({ id: actor.scopeId ?? '' }) },
  columns: {
    title: { label: 'Title', create: true, update: true },
    slug: { label: 'Slug', create: true, rule: z.string().regex(/^[a-z0-9-]+$/, 'must be small letters') },
    organisation: { label: 'Organisation', create: true, update: true },
    linkDays: { label: 'Days', create: true, update: true, rule: z.number().int().min(1, 'is too small') },
    createdAt: { label: 'Made', create: true },
  },
  sort: ['title', 'asc'],
  imports: importOf('Campaign', {
    permission: write,
    matchBy: ['slug'],
    columns: {
      slug: { label: 'Slug', required: true, example: 'spring' },
      title: { label: 'Title', required: true, example: 'Spring' },
      organisation: { label: 'Organisation', example: 'Club', sensitive: true },
      linkDays: { label: 'Days', example: '30' },
      createdAt: { label: 'Made', example: '2026-05-03' },
    },
  }),
});

const people = resource('Recipient', {
  label: { one: 'person', many: 'people' },
  group: 'Test',
  title: 'email',
  permissions: { read, update: write },
  scopes: { 'own-group': (actor) => ({ campaignId: actor.scopeId ?? '' }) },
  columns: {
    email: { label: 'E-mail', create: true, rule: z.string().toLowerCase().pipe(z.email('must be an e-mail address')) },
    name: { label: 'Name', create: true, update: true },
    number: { label: 'Number', create: true, update: true, permission: 'people:numbers' },
    campaignId: { label: 'Group', create: true },
  },
  sort: ['email', 'asc'],
  imports: importOf('Recipient', {
    permission: write,
    matchBy: ['campaignId', 'email'],
    columns: {
      email: { label: 'E-mail', required: true, example: 'ada@example.org', guesses: [/^mail/i] },
      name: { label: 'Name', example: 'Ada Lovelace', guesses: ['full name'] },
      number: { label: 'Number', example: '0042' },
      campaignId: { label: 'Group', example: 'Spring', lookUp: ['title', 'slug'] },
    },
    ask: { campaignId: { label: 'Group', required: true } },
    async create(work, values) {
      parts += 1;
      if (parts > held.after) await new Promise(() => {});
      if (values.some(({ name }) => name === 'breaks')) throw new Error('a fault of the service');
      return work.tx.recipient.createManyAndReturn({ data: values as never, select: { id: true } });
    },
  }),
});

const peopleModule = defineModule({
  name: 'people',
  label: 'People',
  permissions: { [read]: 'See', [write]: 'Change', 'people:numbers': 'See numbers' },
  scopes: { 'own-group': { label: 'Own group', resource: 'Campaign' } },
  roles: {
    clerk: { permissions: [read, write, 'people:numbers'] },
    reader: { permissions: [read] },
    'group clerk': { permissions: [read, write], scope: 'own-group' },
  },
  resources: [groups, people],
});

/** A core with the module of this file, and its end. */
export async function openImportCore(
  connection: DatabaseConnection,
  dataDir: string,
  times?: InstanceTimes,
): Promise<{ core: Core; close(): Promise<void> }> {
  const config = loadConfig({ NODE_ENV: 'test', DATA_DIR: dataDir, APP_KEY: 'k'.repeat(40) });
  configureDays('UTC');
  const database = openDatabase(connection, { poolSize: 6, connectTimeout: 30_000 });
  const modules = [houseModule, peopleModule];
  const core: Core = {
    config,
    log,
    database,
    db: database.prisma,
    files: createFiles({ config, database }),
    limits: createLimits(database.pool),
    modules,
    registry: buildRegistry(modules),
    instanceId: `test-${process.pid}-${Math.random().toString(36).slice(2)}`,
    transaction: (actor, fn, options) => transactions(actor, fn, options),
  };
  const transactions = createTransactions(core);
  const instance = await startInstance(core, 'worker', times);
  await ensureHouse(core);
  return {
    core,
    close: async () => {
      await instance.stop();
      await database.close();
    },
  };
}

/** An operator with a row of its own and one of the module's roles. */
export async function addClerk(core: Core, roleName: string, scopeId?: string): Promise<Actor> {
  const email = `${Math.random().toString(36).slice(2)}@example.org`;
  const { id } = await core.transaction(systemActor, (work) =>
    createOperator(work, { email, roleName, password: 'seventeen green bicycles', scopeId }),
  );
  const role = await core.db.role.findUniqueOrThrow({ where: { name: roleName } });
  return {
    kind: 'operator',
    id,
    name: email,
    permissions: new Set(role.permissions),
    scope: role.scope,
    scopeId: scopeId ?? null,
  };
}

/** Adds a group to import into. */
export async function addGroup(core: Core, slug: string, title = slug): Promise<string> {
  return (await core.db.campaign.create({ data: { slug, title, organisation: 'Club' } })).id;
}

const never = new AbortController().signal;

/** Uploads a table and rehearses it with the guessed columns, or with those given. */
export async function rehearsed(
  core: Core,
  actor: Actor,
  model: string,
  table: string | Buffer,
  input: { mapping?: Record<string, number>; defaults?: Record<string, unknown>; name?: string } = {},
) {
  const { id } = await uploadImport(core, actor, model, {
    name: input.name ?? 'table.csv',
    content: Buffer.from(table),
  });
  const { mapping } = await readImport(core, actor, id);
  await startRehearsal(core, actor, id, { mapping: input.mapping ?? mapping, defaults: input.defaults ?? {} });
  await workImport(core, id, never);
  return readImport(core, actor, id);
}

/** Confirms what the rehearsal showed and writes it. */
export async function committed(core: Core, actor: Actor, id: string) {
  const { plans } = await readImport(core, actor, id);
  await startCommit(core, actor, id, { create: plans.create, change: plans.change });
  await workImport(core, id, never);
  return readImport(core, actor, id);
}
