// How accounts of the public appear in the panel.
import { countOf, resource } from '../../core/index.ts';
import { accountActions } from './account-actions.ts';

/** Accounts of the public. */
export const accounts = resource('CardAccount', {
  label: { one: 'account', many: 'accounts' },
  group: 'Cards',
  icon: 'User',
  title: (row) => `${row.nick} (${row.number})`,
  permissions: { read: 'cards:accounts', export: 'cards:export' },
  columns: {
    nick: { label: 'Name', search: true, filter: true, sort: true },
    number: { label: 'Number', filter: true, sort: true },
    email: { label: 'E-mail', display: 'email', search: true, filter: true, sort: true },
    mobile: { label: 'Phone', filter: true, list: false },
    province: { label: 'Province', filter: true, list: false },
    city: { label: 'City', filter: true, list: false },
    area: { label: 'District', list: false },
    introduction: { label: 'About', display: 'longText', list: false },
    bannedAt: { label: 'Banned', filter: true, sort: true },
    bannedReason: { label: 'Reason of the ban', list: false },
    lastLoginAt: { label: 'Last sign-in', filter: true, sort: true },
    createdAt: { label: 'Account since', filter: true, sort: true },
  },
  computed: {
    cards: {
      label: 'Cards',
      display: 'number',
      of: countOf('GreetingCard', 'authorId'),
    },
  },
  sort: ['createdAt', 'desc'],
  views: [
    { label: 'Banned', where: { bannedAt: { not: null } } },
    { label: 'Never wrote a card', where: { cards: { none: {} } } },
  ],
  actions: accountActions,
  empty: 'Accounts appear here as people register to write cards.',
  children: [{ resource: 'GreetingCard', by: 'authorId', label: 'Cards' }],
});
