// A desk with a small module behind the panel's API: the gate is a stand-in that lets in whom the test says.
import { z } from 'zod';
import type { Actor } from '../../../src/core/access.ts';
import { action, skip } from '../../../src/core/action.ts';
import { defineModule } from '../../../src/core/module.ts';
import { buildPanelApi } from '../../../src/core/panel/api.ts';
import { resource, toolCall } from '../../../src/core/resource.ts';
import { lastErrorHandler } from '../../../src/core/web/errors.ts';
import { newApp, type OperatorWithRole } from '../../../src/core/web/express.ts';
import { actorWith, type TestCore, testCore } from '../../kit/core.ts';
import { openApp, Visitor } from '../../kit/http.ts';
import {
  campaigns,
  certificates as sampleCertificates,
  recipients as sampleRecipients,
} from '../../kit/sample-module.ts';

const number = action('Recipient', {
  name: 'number',
  label: { one: 'Give a number', many: 'Give {count} numbers' },
  permission: 'desk:act',
  eligible: [{ where: { number: '' }, otherwise: 'already has a number' }],
  form: z.object({ prefix: z.string().max(5).meta({ label: 'Prefix' }) }),
  preview: (row, { form }) => ({ summary: `${row.email} gets ${form.prefix}-1` }),
  async each(row, { form, work }) {
    if (row.email.startsWith('no')) return skip('said no');
    await work.tx.recipient.update({ where: { id: row.id }, data: { number: `${form.prefix}-1` } });
    return undefined;
  },
});

const recipients = resource('Recipient', {
  ...sampleRecipients,
  actions: [number],
  tools: {
    notes: {
      label: 'Notes',
      component: 'MessageReader',
      permission: 'desk:tool',
      load: async ({ row, actor }) => ({ email: row.email, reader: actor.name }),
      calls: {
        rename: toolCall({
          input: z.strictObject({ name: z.string().min(1, 'is missing') }),
          async handle({ row, input, work }) {
            await work.tx.recipient.update({ where: { id: row.id }, data: { name: input.name } });
            return { name: input.name };
          },
        }),
        weigh: toolCall({
          input: z.strictObject({ unit: z.string() }),
          file: { field: 'thing', maxBytes: 1000 },
          handle: async ({ input, file }) => ({ weight: `${file?.bytes.length} ${input.unit}`, name: file?.name }),
        }),
      },
    },
  },
});

const certificates = resource('Certificate', {
  ...sampleCertificates,
  columns: { ...sampleCertificates.columns, pngId: { label: 'Picture', display: 'file' } },
});

const desk = defineModule({
  name: 'desk',
  label: 'Desk',
  permissions: {
    'sample:read': 'See',
    'sample:write': 'Change',
    'sample:private': 'See numbers',
    'sample:certificates': 'See certificates',
    'desk:act': 'Act',
    'desk:tool': 'Use the tool',
    'desk:figures': 'See figures',
  },
  scopes: { 'sample-campaign': { label: 'One campaign', resource: 'Campaign' } },
  resources: [campaigns, recipients, certificates],
  cards: [
    {
      title: 'Good',
      permission: 'desk:figures',
      overTime: { label: 'Recipients', model: 'Recipient', at: 'createdAt' },
      load: async () => ({ figures: [{ label: 'One', value: 1 }] }),
    },
    { title: 'Broken', permission: 'desk:figures', load: async () => Promise.reject(new Error('the secret cause')) },
  ],
  async demo(core) {
    await core.db.campaign.create({ data: { slug: 'demo', title: 'Demo', organisation: 'O' } });
  },
});

/** May read, and no more. */
export const reader = actorWith(['sample:read']);
/** May do everything at the desk, and nothing with operators. */
export const clerk = actorWith(['sample:read', 'sample:write', 'desk:act', 'desk:tool', 'desk:figures']);
/** May do everything. */
export const root = actorWith(['*']);
/** The clerk of one campaign. */
export const scoped = (scopeId: string): Actor => ({ ...clerk, scope: 'sample-campaign', scopeId });

/** An open desk. */
export interface Desk {
  house: TestCore;
  /** A visitor whom the gate has let in as this actor. The gate itself has its own tests. */
  as(actor: Actor | undefined): Visitor;
  /** Empties the tables and fills them anew. */
  refill(): Promise<DeskIds>;
  close(): Promise<void>;
}

/** What the tables hold. */
export interface DeskIds {
  spring: string;
  autumn: string;
  ada: string;
  bob: string;
  nora: string;
  operator: string;
}

/** Opens the desk. */
export async function openDesk(): Promise<Desk> {
  let current: Actor | undefined;
  const house = await testCore([desk]);
  const app = newApp(0);
  app.use(async (request, _response, next) => {
    request.actor = current;
    request.operator = (await house.core.db.operator.findFirst({ include: { role: true } })) as OperatorWithRole;
    next();
  });
  app.use('/', buildPanelApi(house.core));
  app.use(lastErrorHandler(house.core));
  const web = await openApp(app);
  return {
    house,
    as(actor) {
      const visitor = new Visitor(web);
      const send = visitor.send.bind(visitor);
      visitor.send = (method, path, options = {}) => {
        current = actor;
        return send(method, path, options);
      };
      return visitor;
    },
    refill: () => refill(house),
    async close() {
      await web.close();
      await house.close();
    },
  };
}

async function refill(house: TestCore): Promise<DeskIds> {
  const { db } = house.core;
  await db.$executeRawUnsafe('TRUNCATE "Run", "RunItem", "Certificate", "Recipient", "Campaign", "Setting" CASCADE');
  await db.operator.deleteMany({});
  const role = await db.role.findFirstOrThrow();
  const operator = await db.operator.create({
    data: { id: clerk.id as string, email: 'olga@example.org', name: 'Olga', roleId: role.id },
  });
  const spring = await db.campaign.create({ data: { slug: 'spring', title: 'Spring', organisation: 'O' } });
  const autumn = await db.campaign.create({ data: { slug: 'autumn', title: 'Autumn', organisation: 'O' } });
  const person = (email: string, campaignId: string, given = '') =>
    db.recipient.create({ data: { email, campaignId, number: given } });
  const [ada, bob, nora] = await Promise.all([
    person('ada@example.org', spring.id),
    person('bob@example.org', spring.id, 'B-7'),
    person('nora@example.org', autumn.id),
  ]);
  return { spring: spring.id, autumn: autumn.id, ada: ada.id, bob: bob.id, nora: nora.id, operator: operator.id };
}
