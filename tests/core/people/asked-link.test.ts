// A link to a kept file is worth no more than the rights of whoever asked for it, at the moment when it is followed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askerOf } from '../../../src/core/people/asked-link.ts';
import { type House, openHouseOf } from '../../kit/house.ts';
import { Visitor } from '../../kit/http.ts';
import { addOperator } from '../runs/fixture.ts';

let house: House;
beforeAll(async () => {
  house = await openHouseOf([]);
});
afterAll(() => house.close());

async function askedLink(permissions: string[]) {
  const { core } = house;
  const { actor } = await addOperator(core, permissions);
  const { id } = await core.files.keep({ name: 'list.csv', type: 'text/csv', content: Buffer.from('secret') });
  const link = new URL(core.files.link(id, { download: true, asker: await askerOf(core, actor) }));
  return { operatorId: actor.id ?? '', address: link.pathname + link.search };
}

const follow = async (address: string) => (await new Visitor(house.web).get(address)).status;

describe('a link that somebody asked for', () => {
  it.each<[string, (operatorId: string) => Promise<unknown>]>([
    ['they are blocked', (id) => house.core.db.operator.update({ where: { id }, data: { state: 'blocked' } })],
    ['they are gone', (id) => house.core.db.operator.delete({ where: { id } })],
    [
      'their password changes',
      (id) => house.core.db.operator.update({ where: { id }, data: { epoch: { increment: 1 } } }),
    ],
    [
      'their role loses a permission',
      async (id) => {
        const { roleId } = await house.core.db.operator.findUniqueOrThrow({ where: { id } });
        await house.core.db.role.update({ where: { id: roleId }, data: { permissions: [] } });
      },
    ],
  ])('ends when %s', async (_what, change) => {
    const { operatorId, address } = await askedLink(['sample:read']);
    expect(await follow(address)).toBe(200);
    await change(operatorId);
    expect(await follow(address)).toBe(404);
  });

  it('is good for nobody else, and does not lose its asker', async () => {
    const { operatorId, address } = await askedLink(['sample:read']);
    const other = (await addOperator(house.core, ['sample:read'])).actor.id ?? '';
    for (const wrong of [
      address.replace(operatorId, other),
      address.replace(/&a=[^&]*/, ''),
      address.replace(/&a=[^&]*/, '&a='),
      `${address}&a=x`,
    ])
      expect([wrong, await follow(wrong)]).toEqual([wrong, 404]);
  });
});
