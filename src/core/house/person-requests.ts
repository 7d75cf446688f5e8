// People who ask what is kept about them, or to be forgotten: a register of the requests, and the two actions that answer them.
// The rule: whoever may answer sees everything about the person, so these permissions are given to few.

import { z } from 'zod';
import { action } from '../action.ts';
import { zipStream } from '../files/zip.ts';
import type { Row } from '../model.ts';
import type { Card } from '../module.ts';
import { type ErasedKind, erasePerson, previewErasure } from '../privacy/erase.ts';
import { personEntries } from '../privacy/export.ts';
import { readPerson } from '../privacy/person.ts';
import { resource } from '../resource.ts';
import type { Work } from '../work.ts';

const permission = 'core:privacy';
const unresolved = { exportedAt: null, erasedAt: null };
const open = { where: { erasedAt: null }, otherwise: 'was erased' };

const exportData = action('PersonRequest', {
  name: 'export-person',
  label: { one: 'Export their data', many: 'Export the data of {count} people' },
  description:
    'An archive with everything that is kept about the person and their files. It is deleted after seven days.',
  permission,
  icon: 'Download',
  eligible: [open],
  reading: { chunk: 20 },
  async all(rows, { work }) {
    return { name: 'personal-data.zip', type: 'application/zip', content: zipStream(entriesOf(rows, work)) };
  },
});

async function* entriesOf(rows: AsyncIterable<Row<'PersonRequest'>>, work: Work) {
  let folder = 0;
  for await (const row of rows) {
    folder += 1;
    yield* personEntries(work.core, work.tx, readPerson(work.core, row), `${folder}/`);
    await work.tx.personRequest.updateMany({ where: { id: row.id }, data: { exportedAt: new Date() } });
  }
}

const erase = action('PersonRequest', {
  name: 'erase-person',
  label: { one: 'Forget this person', many: 'Forget {count} people' },
  description:
    'Everything that is kept about the person goes, in all modules, messages, files and exports. This cannot be undone. Backups made before still hold it.',
  permission: 'core:erase-person',
  icon: 'UserX',
  danger: true,
  eligible: [open],
  async preview(row, { core }) {
    const kinds = await previewErasure(core, core.db, readPerson(core, row));
    return {
      summary: `${row.email || row.phone} will be forgotten.`,
      changes: kinds.map(({ label, count, fate, isKept }) => ({
        label,
        from: String(count),
        to: isKept ? `kept. ${fate}` : fate,
      })),
      ...(kinds.every(({ model }) => model === 'PersonRequest')
        ? { warning: 'Nothing else is known under this address. Look whether it is written correctly.' }
        : {}),
    };
  },
  async each(row, { core, work }) {
    const kinds = await erasePerson(work, readPerson(core, row));
    await auditErasure(work, kinds);
    return undefined;
  },
});

/** Writes that somebody was forgotten: kinds and numbers, not whom. */
export async function auditErasure(work: Work, kinds: readonly ErasedKind[]): Promise<void> {
  const gone = kinds.filter(({ isKept }) => !isKept).map(({ label, count }) => `${count} ${label}`);
  await work.audit({ kind: 'delete', summary: `A person was forgotten: ${gone.join(', ') || 'nothing was known'}` });
}

/** The register of requests. */
export const personRequests = resource('PersonRequest', {
  label: { one: 'request about personal data', many: 'requests about personal data' },
  group: 'People',
  icon: 'UserCheck',
  title: (row) => (row.erasedAt ? 'A person who was forgotten' : row.email || row.phone),
  permissions: { read: permission, create: permission, delete: permission },
  columns: {
    email: {
      label: 'E-mail',
      help: 'The address under which the person is known.',
      filter: true,
      create: true,
      rule: z.string().trim().max(320),
    },
    phone: {
      label: 'Phone',
      help: 'With the country code, such as +31612345678.',
      filter: true,
      create: true,
      rule: z.string().trim().max(40),
    },
    note: {
      label: 'Note',
      help: 'For example how you made sure that it is really them.',
      list: false,
      create: true,
      rule: z.string().trim().max(500),
    },
    createdAt: { label: 'Asked', filter: true, sort: true },
    exportedAt: { label: 'Exported', filter: true, sort: true },
    erasedAt: { label: 'Forgotten', filter: true, sort: true },
  },
  sort: ['createdAt', 'desc'],
  views: [{ label: 'Unresolved', where: unresolved }],
  actions: [exportData, erase],
  write: { create: (work, values) => createRequest(work, values) },
  empty: 'Nobody has asked. Make a request for a person, then export or erase what is kept about them.',
});

/** Requests that nobody has answered, on the dashboard. */
export const personRequestsCard: Card = {
  title: 'Personal data',
  permission,
  async load(core, actor) {
    if (actor.scope !== 'all') return { figures: [] };
    const count = await core.db.personRequest.count({ where: unresolved });
    return {
      figures: [],
      waiting: [
        { label: 'Requests about personal data', count, tone: 'busy', href: '/resources/PersonRequest?view=0' },
      ],
    };
  },
};

/** Writes a request down. Throws invalid when nobody can be meant by it. */
async function createRequest(
  work: Work,
  given: { email?: string; phone?: string; note?: string },
): Promise<{ id: string }> {
  const { email = '', phone = '' } = readPerson(work.core, given);
  return work.tx.personRequest.create({ data: { email, phone, note: given.note ?? '' }, select: { id: true } });
}
