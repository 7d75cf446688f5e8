// No model may hold an address of a person without saying how that person is told of it and forgotten.
import { expect, it } from 'vitest';
import { allModels } from '../../../src/core/database/datamodel.ts';
import { houseModule } from '../../../src/core/house/module.ts';
import { modules } from '../../../src/modules/index.ts';

const declared = new Set([houseModule, ...modules].flatMap((module) => module.privacy ?? []).map(({ model }) => model));
const namesAPerson = /^(email|phone|mobile|telephone|address)$|(Email|Phone|Address)$/;
// Addresses of the organisation, of web pages, or shortened ones.
const others = ['MailAccount.fromAddress', 'Campaign.claimAddress', 'WebSession.address'];

it('names every model that holds an e-mail address or a phone number of a person', () => {
  const silent = [...allModels()].flatMap(([name, model]) =>
    [...model.columns.values()]
      .filter((column) => namesAPerson.test(column.name) && column.type === 'string' && !declared.has(name))
      .map((column) => `${name}.${column.name}`),
  );
  const unsaid = silent.filter((column) => !others.includes(column));
  expect(unsaid, 'Declare these models under `privacy` in their module.ts.').toEqual([]);
});

it('knows the models at all', () => {
  expect(declared).toContain('Recipient');
  expect(allModels().size).toBeGreaterThan(20);
});
