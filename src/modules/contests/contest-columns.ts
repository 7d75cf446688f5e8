// The columns of a contest: what its pages say, whose phones may take part, how many codes leave, where the data go.
import { z } from 'zod';
import { languageColumn, type Resource } from '../../core/index.ts';
import { between, line } from './columns.ts';

const both = { create: true, update: true } as const;
const later = { list: false, update: true } as const;
const countries = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^(\*|[A-Z]{2}(\s*,\s*[A-Z]{2}){0,49}(\s*,\s*\*)?)$/, 'must be countries such as RU,KZ; add * for all others');

/** What staff see and change of a contest. */
export const contestColumns: Resource<'Contest'>['columns'] = {
  title: {
    label: 'Title',
    help: 'Stands on the pages and in the messages.',
    search: true,
    sort: true,
    ...both,
    rule: line(150),
  },
  slug: {
    label: 'Short name',
    help: 'Stands in addresses, as in /api/contests/city-quiz/participants. Empty: made from the title.',
    create: true,
    rule: z
      .string()
      .trim()
      .regex(/^([a-z0-9]+(-[a-z0-9]+)*)?$/, 'may have small letters, digits and dashes')
      .max(80),
  },
  isCurrent: { label: 'Current', filter: true },
  isOpen: { label: 'Registration is open', filter: true, ...both },
  publishedAt: { label: 'Results public since', filter: true, sort: true },
  language: {
    label: 'Language',
    help: 'Of messages where nobody asks for another one.',
    list: false,
    ...both,
    ...languageColumn,
  },
  countries: {
    label: 'Countries',
    help: 'Whose phones may take part, for example RU,KZ; the first one is meant by numbers without a country code.',
    list: false,
    ...both,
    rule: countries,
  },
  districtId: { label: 'District', help: 'Of participants who name none.', ...later, rule: between(0, 2_147_483_647) },
  codeLength: { label: 'Digits of a code', ...later, rule: between(4, 8) },
  codeTries: { label: 'Tries of a code', ...later, rule: between(1, 10) },
  codeMinutes: { label: 'Minutes a code works', ...later, rule: between(1, 60) },
  tellsRegistered: {
    label: 'Tell that a phone is registered',
    help: 'Only for old front ends that rely on it: everybody can then ask who takes part.',
    ...later,
  },
  phoneSeconds: { label: 'Seconds between two codes for a phone', ...later, rule: between(0, 3600) },
  phonePerDay: { label: 'Codes a day for a phone', ...later, rule: between(1, 100) },
  addressPerHour: { label: 'Codes an hour for an internet address', ...later, rule: between(1, 100_000) },
  prefixPerHour: {
    label: 'Codes an hour for numbers with the same beginning',
    help: 'All but the last four digits. Protects against paid numbers bought in a row.',
    ...later,
    rule: between(1, 100_000),
  },
  contestPerHour: { label: 'Codes an hour altogether', ...later, rule: between(1, 1_000_000) },
  operatorUrl: {
    label: 'Operator’s address',
    help: 'https, public. Gets each participant’s data as a form.',
    display: 'link',
    ...later,
    rule: z.string().trim().max(500),
  },
  operatorSecret: {
    label: 'Operator’s secret',
    help: 'Only goes in (whsec_…): the data are signed with it by Standard Webhooks. Empty keeps the present one, “none” takes it away.',
    list: false,
    show: false,
    update: true,
  },
  operatorKnowsRepeats: {
    label: 'The operator knows repeats',
    help: 'By webhook-id or Idempotency-Key. Then what may have arrived is sent again by itself; else a person decides.',
    ...later,
  },
  createdAt: { label: 'Made', list: false, sort: true },
};
