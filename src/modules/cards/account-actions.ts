// What staff do with accounts: ban, unban, hand out what is kept of a person, erase it.
import { z } from 'zod';
import { action, zipStream } from '../../core/index.ts';
import { banAccount, unbanAccount } from './accounts.ts';
import { dataOfAccount, eraseAccount } from './personal-data.ts';

const reason = z
  .string()
  .trim()
  .min(3, 'must say why')
  .max(300)
  .meta({ label: 'Reason', help: 'For colleagues; it stands on the account.' });

const ban = action('CardAccount', {
  name: 'ban-account',
  label: { one: 'Ban', many: 'Ban {count} accounts' },
  description:
    'Ends every session at once. The person cannot sign in, and their cards are not shown until the ban is lifted.',
  permission: 'cards:accounts',
  icon: 'Slash',
  danger: true,
  eligible: [{ where: { bannedAt: null }, otherwise: 'is banned already' }],
  form: z.object({ reason }),
  preview: ({ nick, email }, { form }) => ({ summary: `${nick} (${email}) is banned: ${form.reason}` }),
  each: (row, { work, form }) => banAccount(work, row.id, form.reason),
});

const unban = action('CardAccount', {
  name: 'unban-account',
  label: { one: 'Lift the ban', many: 'Lift {count} bans' },
  description: 'The person can sign in again, and their cards are shown again.',
  permission: 'cards:accounts',
  icon: 'UserCheck',
  eligible: [{ where: { bannedAt: { not: null } }, otherwise: 'is not banned' }],
  preview: ({ nick, email, bannedReason }) => ({ summary: `${nick} (${email}) was banned: ${bannedReason}` }),
  each: (row, { work }) => unbanAccount(work, row.id),
});

const handOut = action('CardAccount', {
  name: 'hand-out-data',
  label: { one: 'Hand out data', many: 'Hand out data of {count} accounts' },
  description: 'One ZIP with everything that is kept of each person: profile, cards, history, pictures and files.',
  permission: 'cards:accounts',
  icon: 'Download',
  async all(rows, { core }) {
    async function* files() {
      for await (const row of rows) yield* dataOfAccount(core, row);
    }
    return { name: 'accounts.zip', type: 'application/zip', content: zipStream(files()) };
  },
});

const erase = action('CardAccount', {
  name: 'erase-account',
  label: { one: 'Erase', many: 'Erase {count} accounts' },
  description:
    'Removes the account, its cards, sessions, history, pictures and files. This cannot be undone. Codes of its cards stay used. Backups keep it until they are over.',
  permission: 'cards:erase',
  icon: 'Trash2',
  danger: true,
  preview: ({ nick, email, number }) => ({
    summary: `Account ${number}, ${nick} (${email}), is erased with everything of it`,
  }),
  async each(row, { work }) {
    await eraseAccount(work, row.id);
    return undefined;
  },
});

/** The actions on accounts in the order in which the panel offers them. */
export const accountActions = [ban, unban, handOut, erase];
