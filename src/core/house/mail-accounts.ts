// Mail servers other than the installation's own. The password goes in and never comes out again; it is kept sealed.
import { z } from 'zod';
import { invalid } from '../errors.ts';
import type { Row } from '../model.ts';
import { mustBeAddress } from '../outbox/address.ts';
import { resource } from '../resource.ts';
import { seal } from '../tokens.ts';
import type { Work } from '../work.ts';

const permission = 'core:mail-accounts';
const hostName = z
  .string()
  .trim()
  .regex(/^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,62})(\.[a-z\d]([a-z\d-]{0,62}))*$/i, 'is not a server name');

/** Mail servers with their accounts. */
export const mailAccounts = resource('MailAccount', {
  label: { one: 'mail server', many: 'mail servers' },
  group: 'Settings',
  icon: 'Server',
  title: 'name',
  permissions: { read: permission, create: permission, update: permission, delete: permission },
  columns: {
    name: {
      label: 'Name',
      filter: true,
      sort: true,
      create: true,
      update: true,
      rule: z.string().trim().min(1, 'is missing').max(100),
    },
    host: { label: 'Server', filter: true, sort: true, create: true, update: true, rule: hostName },
    port: {
      label: 'Port',
      list: false,
      create: true,
      update: true,
      rule: z.number().min(1, 'is too small').max(65_535, 'is too large'),
    },
    tls: {
      label: 'TLS from the start',
      help: 'Yes for port 465; no for 587, where it begins later.',
      list: false,
      create: true,
      update: true,
    },
    username: { label: 'Account', list: false, create: true, update: true },
    passwordSealed: {
      label: 'Password',
      help: 'Only goes in. Leave it empty to keep the present one.',
      list: false,
      show: false,
      create: true,
      update: true,
    },
    fromAddress: { label: 'Sender', display: 'email', create: true, update: true },
    fromName: { label: 'Sender’s name', list: false, create: true, update: true },
    pauseSeconds: {
      label: 'Pause between messages',
      help: 'In seconds.',
      list: false,
      create: true,
      update: true,
      rule: z.number().min(0, 'is too small').max(3600, 'is too large'),
    },
    createdAt: { label: 'Since', list: false, sort: true },
  },
  sort: ['name', 'asc'],
  write: {
    create: async (work, values) =>
      work.tx.mailAccount.create({
        data: { name: '', host: '', fromAddress: '', ...sealed(work, values) },
        select: { id: true },
      }),
    async update(work, row, values) {
      // A new server must not be sent the password that was meant for the old one.
      if (values.host !== undefined && values.host !== row.host && row.passwordSealed && !values.passwordSealed)
        throw invalid('Please look at the marked fields.', { passwordSealed: 'is needed again for another server' });
      await work.tx.mailAccount.update({ where: { id: row.id }, data: sealed(work, values), select: { id: true } });
    },
  },
  children: [{ resource: 'Message', by: 'mailAccountId', label: 'Messages' }],
  empty: 'All mail goes through the server of the configuration.',
});

function sealed(work: Work, values: Partial<Row<'MailAccount'>>): Partial<Row<'MailAccount'>> {
  if (values.fromAddress !== undefined) mustBeAddress(values.fromAddress, 'fromAddress');
  const { passwordSealed, ...plain } = values;
  if (!passwordSealed) return plain;
  return { ...plain, passwordSealed: seal(work.core.config.appKey, 'mail-account', passwordSealed) };
}
