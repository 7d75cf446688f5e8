// An account with its password at any door: by address or account name, with an initial password for some days, with a second factor.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { giveInitialPassword } from '../../../src/core/people/initial-password.ts';
import {
  blockOperator,
  createOperator,
  oneTimeLink,
  ownerOfLink,
  setPassword,
} from '../../../src/core/people/operators.ts';
import { accountOf, checkPassword, checkSecondFactor, findAccount } from '../../../src/core/people/password-check.ts';
import { type TestCore, testCore } from '../../kit/core.ts';

const own = 'seventeen green bicycles';
let house: TestCore;
let id: string;

beforeAll(async () => {
  house = await testCore();
});
beforeEach(async () => {
  await house.core.db.rateLimit.deleteMany();
  await house.core.db.operator.deleteMany();
  ({ id } = await house.core.transaction(systemActor, (work) =>
    createOperator(work, {
      email: 'ada@example.org',
      roleName: 'administrator',
      password: own,
      accountName: 'ada1843',
    }),
  ));
});
afterAll(() => house?.close());

const give = (days = 7) => house.core.transaction(systemActor, (work) => giveInitialPassword(work, id, days));
const check = (account: string, password: string) =>
  checkPassword(house.core, account, password, '192.0.2.1').then(
    (operator) => operator.id,
    (error) => error.code,
  );

describe('an account', () => {
  it('is found by its address in any letters, or by its exact account name', async () => {
    for (const account of ['ada@example.org', ' Ada@Example.ORG', 'ada1843'])
      expect([account, await check(account, own)]).toEqual([account, id]);
    for (const account of ['Ada1843', 'ada', '', '%', 'ada____', 'ada1843 '])
      expect([account, await check(account, own)]).toEqual([account, 'wrong-pair']);
  });

  it('whose name looks like another’s address is not that other', async () => {
    const { id: other } = await house.core.transaction(systemActor, (work) =>
      createOperator(work, { email: 'bob@example.org', roleName: 'administrator', password: own }),
    );
    const row = await house.core.db.operator.update({ where: { id: other }, data: { accountName: 'ada@example.org' } });
    expect((await findAccount(house.core, 'ada@example.org'))?.id).toBe(id);
    expect(accountOf(row)).toBe('bob@example.org');
  });
});

describe('an initial password', () => {
  it('replaces the old one, opens a blocked account, and ends sessions and links', async () => {
    const link = await house.core.transaction(systemActor, (work) => oneTimeLink(work, id, 'set-password', 1));
    await house.core.transaction(systemActor, (work) => blockOperator(work, id));
    const before = await house.core.db.operator.findUniqueOrThrow({ where: { id } });
    const password = await give();
    expect(password).toMatch(/^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
    expect(await check('ada1843', password)).toBe(id);
    expect(await check('ada1843', own)).toBe('wrong-pair');
    const after = await house.core.db.operator.findUniqueOrThrow({ where: { id } });
    expect(after.state).toBe('active');
    expect(after.epoch).toBeGreaterThan(before.epoch);
    expect(await ownerOfLink(house.core, new URL(link).searchParams.get('link') ?? '')).toBeUndefined();
    expect(JSON.stringify(await house.core.db.auditEntry.findMany())).not.toContain(password);
  });

  it('ends by itself, and is forgotten once somebody chose another', async () => {
    const password = await give(1);
    await house.core.db.operator.update({ where: { id }, data: { passwordUntil: new Date(Date.now() - 1000) } });
    expect(await check('ada1843', password)).toBe('wrong-pair');
    await house.core.transaction(systemActor, (work) => setPassword(work, id, 'eleven yellow tricycles'));
    expect(await check('ada1843', 'eleven yellow tricycles')).toBe(id);
    expect((await house.core.db.operator.findUniqueOrThrow({ where: { id } })).passwordUntil).toBeNull();
  });
});

it('where there is no page to ask for it, a second factor is asked for by an error and taken as a code', async () => {
  const load = () => house.core.db.operator.findUniqueOrThrow({ where: { id }, include: { role: true } });
  await expect(checkSecondFactor(house.core, await load(), '')).resolves.toBeUndefined();
  await house.core.db.role.update({ where: { name: 'administrator' }, data: { mustUseSecondFactor: true } });
  await expect(checkSecondFactor(house.core, await load(), '123456')).rejects.toMatchObject({ code: 'second-factor' });
  await house.core.db.operator.update({ where: { id }, data: { totpSecret: 'sealed', totpSince: new Date() } });
  await expect(checkSecondFactor(house.core, await load(), '')).rejects.toMatchObject({
    code: 'second-factor',
    status: 403,
  });
  await expect(checkSecondFactor(house.core, await load(), 'AAAAA-AAAAA')).rejects.toMatchObject({
    code: 'wrong-code',
  });
  await house.core.db.role.update({ where: { name: 'administrator' }, data: { mustUseSecondFactor: false } });
});
