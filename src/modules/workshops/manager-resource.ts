// How those who may sign in to the workshops API appear in the panel.
import { z } from 'zod';
import { type Core, phrase, resource } from '../../core/index.ts';
import { clearCredential, operatorOf, setCredential } from './managers.ts';

const group = 'Workshops';

/** Who may sign in to the workshops API. The credential is written here, never shown. */
export const managers = resource('WorkshopManager', {
  label: { one: 'API manager', many: 'API managers' },
  group,
  icon: 'Key',
  title: (row) => phrase(`API manager ${row.number}`),
  titleIsWords: true,
  permissions: {
    read: 'workshops:credentials',
    create: 'workshops:credentials',
    update: 'workshops:credentials',
    delete: 'workshops:credentials',
  },
  columns: {
    operatorId: {
      label: 'E-mail of the operator',
      list: false,
      show: false,
      create: true,
      rule: z.string().trim().min(3, 'is missing').max(254),
    },
    credentialHash: {
      label: 'Credential',
      help: '10 characters or more, with capital and small letters and digits.',
      list: false,
      show: false,
      create: true,
      update: true,
      rule: z.string().max(200),
    },
    lastUsedAt: { label: 'Last sign-in' },
    updatedAt: { label: 'Changed' },
  },
  computed: {
    operator: {
      label: 'Operator',
      display: 'text',
      async of(rows, core: Core) {
        const found = await core.db.operator.findMany({
          where: { id: { in: rows.map(({ operatorId }) => operatorId) } },
          select: { id: true, email: true },
        });
        const emails = new Map(found.map(({ id, email }) => [id, email]));
        return Object.fromEntries(rows.map(({ id, operatorId }) => [id, emails.get(operatorId) ?? '']));
      },
    },
  },
  sort: ['updatedAt', 'desc'],
  write: {
    create: async (work, { operatorId = '', credentialHash = '' }) =>
      setCredential(work, (await operatorOf(work, operatorId)).id, credentialHash),
    async update(work, row, { credentialHash }) {
      if (credentialHash) await setCredential(work, row.operatorId, credentialHash);
    },
    delete: (work, row) => clearCredential(work, row),
  },
  empty: 'Nobody signs in to the workshops API yet. Give an operator a credential, then the old front end works.',
});
