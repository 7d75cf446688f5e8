// No model may hold something about a person without saying how that person is told of it, how long it stays and how it is forgotten.
import { expect, it } from 'vitest';
import { allModels } from '../../../src/core/database/datamodel.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { modules } from '../../../src/modules/index.ts';

// Addresses and numbers that reach somebody, names of people, and what else only people have.
const namesAPerson =
  /^(email|phone|mobile|telephone|address|fullName|firstName|secondName|lastName|familyName|middleName|patronymic|nick|nickname|birthday|birthDate|dateOfBirth|gender|passport|iban|studentId)$|(Email|Phone|Address|Birthday)$/;
// Addresses of the organisation, of web pages, or shortened ones.
const others = ['MailAccount.fromAddress', 'Campaign.claimAddress', 'WebSession.address'];

/** Returns the columns about people that none of these modules speaks of. */
function unsaidBy(some: readonly Pick<typeof houseModule, 'privacy'>[]): string[] {
  const declared = new Set(some.flatMap((module) => module.privacy ?? []).map(({ model }) => model));
  return [...allModels()]
    .filter(([name]) => !declared.has(name))
    .flatMap(([name, model]) =>
      [...model.columns.values()]
        .filter((column) => namesAPerson.test(column.name))
        .map((one) => `${name}.${one.name}`),
    )
    .filter((column) => !others.includes(column));
}

it('names every model that holds an e-mail address, a phone number, a name or a birthday of a person', () => {
  expect(unsaidBy([houseModule, ...modules]), 'Declare these models under `privacy` in their module.ts.').toEqual([]);
});

it.each(modules.filter(({ privacy }) => privacy).map((module) => [module.name, module] as const))(
  'would not pass if %s said nothing',
  (_name, silent) => {
    const unsaid = unsaidBy([houseModule, ...modules.filter((module) => module !== silent)]);
    const models = new Set((silent.privacy ?? []).map(({ model }) => String(model)));
    expect(unsaid.length).toBeGreaterThan(0);
    expect(unsaid.every((column) => models.has(column.split('.')[0] ?? ''))).toBe(true);
  },
);

it('says of each model how long it is kept, and what becomes of it, in words', () => {
  for (const { label, keptFor, ...data } of [houseModule, ...modules].flatMap((module) => module.privacy ?? [])) {
    expect(keptFor, label).toMatch(/\w{3}.*\.$/);
    expect('fate' in data ? data.fate : data.keptBecause, label).toMatch(/\w{4}/);
  }
});

it('asks each declaration for a person without the one kind of address and the other, and none finds everybody', async () => {
  const searched = { core: { config: { sms: { country: 'NL' } } }, tx: { $queryRaw: async () => [] } };
  for (const { label, find } of [houseModule, ...modules].flatMap((module) => module.privacy ?? []))
    for (const person of [{ email: 'a@b.example' }, { phone: '+31612345678' }]) {
      const where = (await find(person, searched as never)) as Record<string, unknown> | undefined;
      if (where === undefined) continue;
      expect(Object.keys(where), label).not.toHaveLength(0);
      expect(JSON.stringify(where), label).not.toContain('{}');
    }
});

it('tells an operator everything that they chose or gave, the language too', async () => {
  const declared = (houseModule.privacy ?? []).find(({ model }) => String(model) === 'Operator');
  const row = {
    email: 'a@b.example',
    name: 'Ada',
    role: { name: 'clerk' },
    state: 'active',
    language: 'nl',
    sessions: [],
  };
  expect(await declared?.export(row as never, {} as never)).toMatchObject({
    name: 'Ada',
    role: 'clerk',
    language: 'nl',
  });
});
