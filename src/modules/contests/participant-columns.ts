// The columns of a participant, with the seed's eight in their order first.
import { z } from 'zod';
import { languageColumn, type Resource, type Row, readAddress } from '../../core/index.ts';
import { between, line, sendValues } from './columns.ts';
import { dayInWords } from './person-form.ts';

/** What staff see and change of a participant. */
export const participantColumns: Resource<'Participant'>['columns'] = {
  number: { label: 'ID', filter: true, sort: true },
  firstName: { label: 'First name', search: true, filter: true, sort: true, update: true, rule: line(50) },
  secondName: { label: 'Family name', search: true, filter: true, sort: true, update: true, rule: line(50) },
  patronymic: { label: 'Patronymic', list: false, filter: true, update: true, rule: z.string().trim().max(50) },
  birthday: { label: 'Birthday', display: 'date', list: false, filter: true, sort: true, update: true },
  districtId: { label: 'District', list: false, filter: true, update: true, rule: between(0, 2_147_483_647) },
  address: { label: 'Address', list: false, filter: true, update: true, rule: line(250) },
  email: {
    label: 'E-mail',
    display: 'email',
    search: true,
    filter: true,
    sort: true,
    update: true,
    rule: z
      .string()
      .trim()
      .toLowerCase()
      .refine((address) => readAddress(address) !== undefined, 'is not an e-mail address'),
  },
  phone: { label: 'Phone', search: true, filter: true, sort: true },
  contestId: { label: 'Contest', filter: true },
  language: {
    label: 'Language',
    list: false,
    filter: true,
    update: true,
    ...languageColumn,
  },
  status: { label: 'With the operator', list: false, filter: true },
  handOver: { label: 'Sending to the operator', display: 'state', filter: true, values: sendValues },
  handedOverAt: { label: 'With the operator since', list: false, filter: true, sort: true },
  notice: { label: 'Told the results', display: 'state', filter: true, values: sendValues },
  toldAt: { label: 'Told at', list: false, filter: true, sort: true },
  noticeProblem: { label: 'Why not told', list: false },
  verifiedAt: { label: 'Phone verified', list: false, filter: true, sort: true },
  createdAt: { label: 'Registered', list: false, filter: true, sort: true },
};

/** The birthday as the operator takes it, for files. */
export const participantComputed: NonNullable<Resource<'Participant'>['computed']> = {
  birthdayInWords: {
    label: 'Birthday (dd.mm.yyyy)',
    list: false,
    of: async (rows: Row<'Participant'>[]) =>
      Object.fromEntries(rows.map(({ id, birthday }) => [id, dayInWords(birthday)])),
  },
};

const seedColumns = [
  { column: 'firstName', heading: 'first_name', raw: true },
  { column: 'secondName', heading: 'second_name', raw: true },
  { column: 'patronymic', heading: 'patronymic', raw: true },
  { column: 'birthdayInWords', heading: 'birthday', raw: true },
  { column: 'districtId', heading: 'district_id', raw: true },
  { column: 'address', heading: 'address', raw: true },
  { column: 'email', heading: 'email', raw: true },
  { column: 'phone', heading: 'phone', raw: true },
];

/** The seed's two files: eight columns in its order, the newest participant first. */
export const participantExports: NonNullable<Resource<'Participant'>['exports']> = [
  {
    name: 'operator-csv',
    label: 'For the operator (CSV)',
    format: 'csv',
    separator: ';',
    bom: false,
    columns: seedColumns,
    sort: ['number', 'desc'],
    fileName: 'participants',
  },
  {
    name: 'operator-xlsx',
    label: 'For the operator (Excel)',
    format: 'xlsx',
    columns: seedColumns,
    sort: ['number', 'desc'],
    fileName: 'participants',
  },
];
