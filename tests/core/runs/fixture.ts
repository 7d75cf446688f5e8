// A small core on a cloned database with one module of its own on the models Campaign and Recipient: actions that change,
// send, fail and make files. Used by the tests of runs and of the outbox, also in child processes.
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Actor, systemActor } from '../../../src/core/access.ts';
import { action, skip } from '../../../src/core/action.ts';
import type { Config } from '../../../src/core/config/config.ts';
import { loadConfig } from '../../../src/core/config/config.ts';
import type { Core } from '../../../src/core/core.ts';
import { type DatabaseConnection, openDatabase } from '../../../src/core/database/database.ts';
import { createTransactions } from '../../../src/core/database/transaction.ts';
import { conflict } from '../../../src/core/errors.ts';
import { createFiles } from '../../../src/core/files/files.ts';
import { job } from '../../../src/core/job.ts';
import { type InstanceTimes, startInstance } from '../../../src/core/jobs/instances.ts';
import { createLimits } from '../../../src/core/limits.ts';
import { childLog } from '../../../src/core/log.ts';
import { mail } from '../../../src/core/mail.ts';
import type { Row, Transaction } from '../../../src/core/model.ts';
import { defineModule, type ModuleDeclaration } from '../../../src/core/module.ts';
import { buildRegistry } from '../../../src/core/registry.ts';
import { resource } from '../../../src/core/resource.ts';
import type { Work } from '../../../src/core/work.ts';

export const settledCalls: { id: string; state: string; recordId: string | null; data: Record<string, unknown> }[] = [];

/** The mail of the tests: it marks the recipient as notified once it left, in the same transaction. */
export const notice = mail<{ name: string }>({
  name: 'trial.notice',
  label: 'Notice',
  texts: {
    en: {
      subject: 'Hello {{ name }}',
      text: 'Dear {{ name }}, your link: {{ link }}',
      html: '<p>Dear {{ name }}</p><p><a href="{{ link }}">open</a></p>',
    },
    zh: { subject: '你好 {{ name }}', text: '{{ name }}：{{ link }}' },
  },
  example: { name: 'Ada', link: 'https://example.org/x' },
  async settled(work, message) {
    settledCalls.push({ id: message.id, state: message.state, recordId: message.recordId, data: message.data });
    if (message.data.name === 'callback-breaks') throw new Error('the callback is broken');
    if (!message.recordId) return;
    await work.tx.recipient.updateMany({
      where: { id: message.recordId },
      data:
        message.state === 'sent'
          ? { state: 'notified', notifiedAt: new Date() }
          : { problem: `${message.state}: ${message.reply ?? ''}` },
    });
  },
});

const notify = action('Recipient', {
  name: 'notify',
  label: { one: 'Send the notice', many: 'Send {count} notices' },
  permission: 'trial:notify',
  sends: true,
  inBatches: true,
  include: { campaign: true },
  eligible: [
    { where: { state: 'added' }, otherwise: 'already notified' },
    { where: { problem: null }, otherwise: 'has a problem' },
  ],
  form: z.object({ greeting: z.string().max(50).default('Hello') }),
  preview: (row, { form }) => ({ summary: `${form.greeting} ${row.email} of ${row.campaign.title}` }),
  async each(row, { work, runId }) {
    await work.send(notice, {
      to: { address: row.email, name: row.name },
      data: { name: row.name },
      secrets: { link: `https://example.org/claim?token=${row.id}&x=1` },
      record: { resource: 'Recipient', id: row.id },
      idempotencyKey: `${runId}:${row.id}`,
    });
    return undefined;
  },
});

export const hold: {
  each?: (rowId: string, tx: Transaction) => Promise<void>;
  all?: (email: string) => Promise<void>;
} = {};

const markParts = {
  label: { one: 'Mark', many: 'Mark {count}' },
  permission: 'trial:mark',
  eligible: [{ where: { number: { not: 'closed' } }, otherwise: 'is closed' }],
  form: z.object({ text: z.string().max(50) }),
  async each(row: Row<'Recipient'>, { form, work }: { form: { text: string }; work: Work }) {
    await work.tx.recipient.update({ where: { id: row.id }, data: { problem: `${row.problem ?? ''}${form.text}` } });
    await hold.each?.(row.id, work.tx);
    if (row.name === 'unlucky') throw conflict('The seat is taken.');
    if (row.name === 'broken') throw new TypeError('secret inner words');
    if (row.name === 'unwilling') return skip('does not want to');
    return undefined;
  },
};
const mark = action('Recipient', { name: 'mark', ...markParts });
const markInBatches = action('Recipient', { name: 'mark-in-batches', inBatches: true, ...markParts });

const list = action('Recipient', {
  name: 'list',
  label: { one: 'List', many: 'List {count}' },
  permission: 'trial:list',
  eligible: [{ where: { number: { not: 'closed' } }, otherwise: 'is closed' }],
  async all(rows) {
    const lines: string[] = [];
    for await (const row of rows) {
      await hold.all?.(row.email);
      lines.push(row.email);
    }
    return { name: 'list.txt', type: 'text/plain', content: Buffer.from(`${lines.join('\n')}\n`) };
  },
});

export const jobCalls: unknown[] = [];
export const tryJob = job({
  name: 'trial.try',
  data: z.object({ n: z.number() }),
  async run(_core, data) {
    jobCalls.push(data);
  },
});

export const trial = defineModule({
  name: 'trial',
  label: 'Trial',
  permissions: { 'trial:read': 'See', 'trial:notify': 'Notify', 'trial:mark': 'Mark', 'trial:list': 'List' },
  scopes: { campaign: { label: 'One campaign', resource: 'Campaign' } },
  resources: [
    resource('Recipient', {
      label: { one: 'recipient', many: 'recipients' },
      group: 'Trial',
      title: 'email',
      permissions: { read: 'trial:read' },
      scopes: {
        campaign: (actor) => ({ campaignId: actor.scopeId as string }),
        key: (actor) => ({ campaignId: actor.scopeId as string }),
      },
      columns: { email: { label: 'E-mail', search: true, filter: true }, name: { label: 'Name', filter: true } },
      sort: ['createdAt', 'asc'],
      actions: [notify, mark, markInBatches, list],
    }),
  ],
  jobs: [tryJob],
  mails: [notice],
});

/** A core with its end. */
export interface SmallCore {
  core: Core;
  close(): Promise<void>;
}

/** Opens a core on a migrated database; each call is an instance of its own. */
export async function openSmallCore(
  connection: DatabaseConnection,
  settings: Partial<Config> = {},
  times: InstanceTimes = { beatSeconds: 1, deadSeconds: 5 },
  modules: readonly ModuleDeclaration[] = [trial],
): Promise<SmallCore> {
  const dataDir = settings.dataDir ?? mkdtempSync(path.join(os.tmpdir(), 'steward-runs-'));
  const base = loadConfig({
    NODE_ENV: 'test',
    APP_KEY: 'k'.repeat(40),
    DATA_DIR: dataDir,
    PUBLIC_URL: 'http://steward.test',
  });
  const config: Config = {
    ...base,
    mailFrom: 'House <house@steward.test>',
    mailRate: 1000,
    undoSeconds: 0,
    ...settings,
  };
  const database = openDatabase(connection, { connectTimeout: 30_000 });
  const log = childLog({});
  const core: Core = {
    config,
    log,
    database,
    db: database.prisma,
    files: createFiles({ config, database }),
    limits: createLimits(database.pool),
    modules,
    registry: buildRegistry(modules),
    instanceId: randomUUID(),
    transaction: (actor, fn, options) => transactions(actor, fn, options),
  };
  const transactions = createTransactions(core);
  const instance = await startInstance(core, 'test', times);
  return {
    core,
    async close() {
      await instance.stop();
      await database.close();
    },
  };
}

/** All that the trial module allows. */
export const everything = ['trial:read', 'trial:notify', 'trial:mark', 'trial:list'];

/** A signal that is never given. */
export const never = () => new AbortController().signal;

/** So many people for `addRecipients`. */
export const many = (count: number, extra: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ email: `p${i}@example.org`, ...extra }));

/** Adds recipients to a campaign of their own, in one go. */
export async function addRecipients(
  core: Core,
  people: { email: string; name?: string; number?: string; state?: 'added' | 'notified'; problem?: string | null }[],
): Promise<{ campaignId: string; ids: string[] }> {
  const slug = randomUUID();
  const campaign = await core.db.campaign.create({ data: { slug, title: 'Thanks', organisation: 'House' } });
  await core.db.recipient.createMany({ data: people.map((one) => ({ name: '', campaignId: campaign.id, ...one })) });
  const rows = await core.db.recipient.findMany({ where: { campaignId: campaign.id }, orderBy: { id: 'asc' } });
  return { campaignId: campaign.id, ids: rows.map(({ id }) => id) };
}

/** Creates an operator with a role of its own and returns both. */
export async function addOperator(
  core: Core,
  permissions: string[],
  scope: { scope: string; scopeId: string } | undefined = undefined,
): Promise<{ id: string; actor: Actor }> {
  const role = await core.db.role.create({ data: { name: randomUUID(), permissions, scope: scope?.scope ?? 'all' } });
  const email = `${randomUUID()}@example.org`;
  const data = { email, name: 'Olga', roleId: role.id, scopeId: scope?.scopeId ?? null };
  const { id } = await core.db.operator.create({ data });
  const actor: Actor = {
    kind: 'operator',
    id,
    name: 'Olga',
    permissions: new Set(permissions),
    scope: role.scope,
    scopeId: scope?.scopeId ?? null,
  };
  return { id, actor };
}

/** Waits until something is so; fails with the last seen value after 25 seconds. */
export async function until<T>(look: () => Promise<T> | T, isSo: (value: T) => boolean, seconds = 25): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (Date.now() > end) throw new Error(`Still not so: ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

/**
 * Makes the first record that `hold.each` sees, and that `isIt` picks, lose a deadlock: a rival holds a bystander that the run then asks
 * for, and asks for what the run holds. Returns how the rival is let go once the run has ended.
 */
export async function provokeDeadlock(
  core: Core,
  held: string,
  isIt: (rowId: string) => boolean = () => true,
): Promise<() => Promise<void>> {
  const bystander = (await addRecipients(core, [{ email: 'bystander@example.org' }])).ids[0] as string;
  const rival = await core.database.pool.connect();
  let other: Promise<unknown> | undefined;
  hold.each = async (rowId, tx) => {
    if (other || !isIt(rowId)) return;
    other = rival.query('UPDATE "Recipient" SET name = name WHERE id = $1', [held]).then(() => rival.query('ROLLBACK'));
    await tx.recipient.update({ where: { id: bystander }, data: { name: 'x' } });
  };
  await rival.query('BEGIN');
  // So that of the two it is the run's transaction that PostgreSQL ends.
  await rival.query("SET LOCAL deadlock_timeout = '60s'");
  await rival.query('UPDATE "Recipient" SET name = name WHERE id = $1', [bystander]);
  return async () => {
    if (!other) throw new Error('There was no deadlock: the run has never asked.');
    await other;
    rival.release();
  };
}

export { systemActor };
