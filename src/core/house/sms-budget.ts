// What SMS may cost, in the panel: one row that staff change, and the months with what was used.
import { z } from 'zod';
import { monthOf } from '../outbox/budget.ts';
import { resource } from '../resource.ts';
import { phrase } from '../words/catalogue.ts';

const read = 'core:outbox';
const change = 'core:sms-budget';
const price = z
  .string()
  .regex(/^\d{1,8}(\.\d{1,4})?$/, 'must be an amount such as 2.5')
  .nullable();

/** The budget of SMS. */
export const smsBudget = resource('SmsBudget', {
  label: { one: 'SMS budget', many: 'SMS budget' },
  group: 'Settings',
  icon: 'DollarSign',
  title: () => phrase('SMS budget'),
  titleIsWords: true,
  permissions: { read, update: change },
  columns: {
    monthlyParts: {
      label: 'SMS parts a month',
      help: 'A long text leaves, and is charged, in several parts. When they are used up, SMS wait and an alarm is raised. Empty: no end.',
      update: true,
      rule: z.number().int('must be a whole number').min(0, 'is too small').max(100_000_000, 'is too large').nullable(),
    },
    pricePerPart: {
      label: 'Price of one part',
      help: 'Only to show what a sending would cost, for example 2.5.',
      update: true,
      rule: price,
    },
    currency: { label: 'Currency', help: 'For example RUB or EUR.', update: true, rule: z.string().trim().max(8) },
    updatedAt: { label: 'Changed', list: false },
  },
  computed: {
    used: {
      label: 'Used this month',
      display: 'number',
      async of(rows, core) {
        const month = await core.db.smsMonth.findUnique({ where: { id: monthOf(new Date()) } });
        return Object.fromEntries(rows.map(({ id }) => [id, month?.parts ?? 0]));
      },
    },
  },
  sort: ['updatedAt', 'desc'],
});
