// A small module for the tests of the doors: one action whose records end in every way, and one that sends nothing but takes many.
import { z } from 'zod';
import { systemActor } from '../../../src/core/access.ts';
import { action, skip } from '../../../src/core/action.ts';
import type { Core } from '../../../src/core/core.ts';
import { invalid } from '../../../src/core/errors.ts';
import { configureLog } from '../../../src/core/log.ts';
import { defineModule } from '../../../src/core/module.ts';
import { createApiKey } from '../../../src/core/people/api-keys.ts';
import { resource } from '../../../src/core/resource.ts';
import { testCore } from '../../kit/core.ts';
import { openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';

const mark = action('Recipient', {
  name: 'mark',
  label: { one: 'Mark', many: 'Mark {count} people' },
  permission: 'guests:mark',
  eligible: [{ where: { state: 'added' }, otherwise: 'was invited already' }],
  form: z.object({
    note: z.string().min(2).max(50),
    times: z.number().int().min(1).max(9).default(1),
    loud: z.boolean().default(false),
  }),
  preview: (row, { form }) => ({ summary: `${row.name} is marked “${form.note}”` }),
  async each(row, { work, form }) {
    if (row.name.startsWith('Shy')) return skip('does not want to');
    if (row.name.startsWith('Odd')) throw invalid('This name cannot be marked.');
    const problem = `${form.note.repeat(form.times)}${form.loud ? '!' : ''}`;
    await work.tx.recipient.update({ where: { id: row.id }, data: { problem } });
    return undefined;
  },
});

/** The module: guests of campaigns, which are evenings here. */
export const guestsModule = defineModule({
  name: 'guests',
  label: 'Guests',
  permissions: { 'guests:read': 'See guests', 'guests:mark': 'Mark guests' },
  scopes: { evening: { label: 'One evening', resource: 'Campaign' } },
  resources: [
    resource('Recipient', {
      label: { one: 'guest', many: 'guests' },
      group: 'Guests',
      title: 'name',
      permissions: { read: 'guests:read' },
      scopes: { evening: (actor) => ({ campaignId: actor.scopeId ?? '' }) },
      columns: {
        name: { label: 'Name', search: true, filter: true },
        state: { label: 'State', filter: true },
        problem: { label: 'Mark', filter: true },
        campaignId: { label: 'Evening', filter: true },
      },
      sort: ['name', 'asc'],
      views: [{ label: 'Marked', where: { problem: { not: null } } }],
      actions: [mark],
    }),
  ],
});

export const actionId = 'guests.mark';
export const allRights = ['guests:read', 'guests:mark', 'core:schedules', 'core:runs'];

/** A house with guests, and whoever a test asks for. */
export interface DoorsHouse {
  core: Core;
  web: TestWeb;
  /** Makes an evening with six guests: two can be marked, one is shy, one odd, two were invited already. */
  evening(): Promise<{ id: string; guests: { id: string; name: string; problem: string | null }[] }>;
  /** Makes an operator with a role of his own. */
  operator(
    permissions?: readonly string[],
    bound?: { scope: string; scopeId: string },
  ): Promise<{ id: string; email: string; roleId: string }>;
  /** Makes a key of an operator. */
  key(operatorId: string, permissions?: readonly string[], expiresAt?: Date): Promise<{ id: string; key: string }>;
  /** Calls the API with a key. */
  call(key: string, path: string, body?: unknown, headers?: Record<string, string>): ReturnType<Visitor['get']>;
  close(): Promise<void>;
}

/** Opens the house. */
export async function openDoors(settings: Record<string, string> = {}): Promise<DoorsHouse> {
  configureLog({ level: 'silent', readable: true });
  const { core, close } = await testCore([guestsModule], settings);
  const web = await openTestWeb(core);
  let count = 0;
  return {
    core,
    web,
    async evening() {
      count += 1;
      const title = `Evening ${count}`;
      const { id } = await core.db.campaign.create({ data: { slug: `evening-${count}`, title, organisation: '' } });
      for (const [index, name] of ['Ada', 'Bob', 'Shy Cem', 'Odd Dot', 'Eve', 'Fay'].entries())
        await core.db.recipient.create({
          data: {
            campaignId: id,
            name,
            email: `${index}@${count}.example.org`,
            state: index < 4 ? 'added' : 'notified',
          },
        });
      return { id, guests: await core.db.recipient.findMany({ where: { campaignId: id }, orderBy: { name: 'asc' } }) };
    },
    async operator(permissions = allRights, bound = { scope: 'all', scopeId: '' }) {
      count += 1;
      const { scope, scopeId } = bound;
      const role = await core.db.role.create({ data: { name: `role ${count}`, permissions: [...permissions], scope } });
      const email = `operator${count}@example.org`;
      const data = { email, name: `Operator ${count}`, roleId: role.id, scopeId: scopeId || null };
      return { ...(await core.db.operator.create({ data })), roleId: role.id };
    },
    key: (operatorId, permissions = allRights, expiresAt) =>
      core.transaction(systemActor, (work) =>
        createApiKey(work, { name: 'program', permissions, operatorId, expiresAt: expiresAt ?? null }),
      ),
    call(key, path, body, headers = {}) {
      const own = { authorization: `Bearer ${key}`, origin: undefined, cookie: undefined, ...headers };
      const visitor = new Visitor(web);
      return body === undefined ? visitor.get(path, own) : visitor.post(path, body, own);
    },
    async close() {
      await web.close();
      await close();
    },
  };
}
