// The second factor as an opponent tries it: replayed and guessed codes, half sign-ins; and a role that asks for it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { oneTimeLink } from '../../../src/core/people/operators.ts';
import { newFactor } from '../../../src/core/people/second-factor.ts';
import { type TestWeb, Visitor } from '../../kit/http.ts';
import { type AccountHouse, api, bytesOf, codeOf, give, isIn, openAccountHouse } from './account-house.ts';
import { password, type TestPanel } from './kit.ts';

let nth = 0;
let house: AccountHouse;
let panel: TestPanel;
let second: TestWeb;
let person: AccountHouse['person'];
let personWithApp: AccountHouse['personWithApp'];
let atTheStep: AccountHouse['atTheStep'];

beforeAll(async () => {
  house = await openAccountHouse();
  ({ panel, second, person, personWithApp, atTheStep } = house);
});
afterAll(() => house?.close());
beforeEach(async () => {
  await panel.core.db.rateLimit.deleteMany();
});

describe('the second factor', () => {
  test('after the password nobody is in before the code; then they go where they wanted to', async () => {
    const { email, secret } = await personWithApp();
    const visitor = new Visitor(panel.web);
    const next = '/admin/resources/Recipient';
    await visitor.form('/admin/login', { email, password, next });
    expect(await isIn(visitor)).toBe(false);
    expect((await visitor.get('/admin')).status).toBe(303);
    const half = visitor.cookie;
    const answer = await give(visitor, codeOf(secret));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, next]);
    expect(await isIn(visitor)).toBe(true);
    expect(visitor.cookie).not.toBe(half);
    visitor.cookie = half;
    expect((await visitor.get('/admin/second-factor')).headers.get('location')).toBe('/admin/login');
  });

  test('a code is good once, also for two at the same moment on two instances', async () => {
    const { email, secret } = await personWithApp();
    const visitors = await Promise.all([
      atTheStep(email),
      atTheStep(email, second),
      atTheStep(email),
      atTheStep(email, second),
    ]);
    const code = codeOf(secret);
    const answers = await Promise.all(visitors.map((visitor) => give(visitor, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400, 400, 400]);
    const late = await atTheStep(email);
    expect((await give(late, code)).status).toBe(400);
    expect((await give(late, codeOf(secret, -1))).status).toBe(400);
    expect((await give(late, codeOf(secret, 1))).status).toBe(303);
  });

  test('a recovery code is good once, in any spelling, and is nowhere in the database', async () => {
    const { id, email, codes } = await personWithApp();
    const [code = ''] = codes;
    const visitors = await Promise.all([atTheStep(email), atTheStep(email, second)]);
    const answers = await Promise.all(
      visitors.map((visitor) => give(visitor, ` ${code.toLowerCase().replace('-', ' ')} `)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400]);
    expect(await panel.core.db.recoveryCode.count({ where: { operatorId: id, usedAt: null } })).toBe(9);
    const other = await personWithApp();
    expect((await give(await atTheStep(other.email), codes[1] ?? '')).status).toBe(400);
    const { rows } = await panel.core.database.pool.query('SELECT * FROM "RecoveryCode"');
    expect(JSON.stringify(rows)).not.toContain(code.slice(0, 5));
    const told = await panel.core.db.auditEntry.findFirst({ where: { recordId: id, kind: 'signIn' } });
    expect(told?.summary).toContain('9 are left');
  });

  test('guessing ends after six codes over all instances, also with new sign-ins in between', async () => {
    const { email, secret } = await personWithApp();
    const statuses: number[] = [];
    for (let i = 0; i < 8; i += 1)
      statuses.push((await give(await atTheStep(email, i % 2 ? second : panel.web), `00000${i}`)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 429, 429]);
    expect((await give(await atTheStep(email), codeOf(secret))).status).toBe(429);
    const parallel = await personWithApp();
    const visitors = await Promise.all(
      Array.from({ length: 9 }, (_, i) => atTheStep(parallel.email, i % 2 ? second : panel.web)),
    );
    const answers = await Promise.all(visitors.map((visitor, i) => give(visitor, `10000${i}`)));
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(6);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3);
  });

  test('a half sign-in ends with a change of the account and after ten minutes', async () => {
    const { id, email, secret } = await personWithApp();
    const blocked = await atTheStep(email);
    await panel.core.db.operator.update({ where: { id }, data: { epoch: { increment: 1 } } });
    expect((await give(blocked, codeOf(secret))).status).toBe(401);
    const late = await atTheStep(email);
    await panel.core.database.pool.query(
      `UPDATE "WebSession" SET sess = jsonb_set(sess::jsonb, '{pending,at}', to_jsonb($2::bigint)) WHERE sess->'pending'->>'operatorId' = $1`,
      [id, Date.now() - 10 * 60_000 - 1],
    );
    expect((await give(late, codeOf(secret))).status).toBe(401);
    expect(await isIn(late)).toBe(false);
  });

  test('is asked for after a link has set a new password, too', async () => {
    const { id, secret } = await personWithApp();
    const link = await panel.core.transaction(systemActor, (work) => oneTimeLink(work, id, 'reset-password', 1));
    const visitor = panel.stranger();
    const chosen = 'nine patient umbrellas';
    const token = new URL(link).searchParams.get('link') ?? '';
    const answer = await visitor.form('/admin/setup', { link: token, password: chosen, again: chosen });
    expect(answer.headers.get('location')).toBe('/admin/second-factor');
    expect(await isIn(visitor)).toBe(false);
    expect((await give(visitor, codeOf(secret))).status).toBe(303);
  });

  test('its page refuses odd input, other sites and strangers without a fault', async () => {
    const { email } = await personWithApp();
    const visitor = await atTheStep(email);
    expect((await visitor.form('/admin/second-factor', {})).status).toBe(400);
    expect((await visitor.form('/admin/second-factor', { code: 'x'.repeat(2_000), sealed: '"><script>' })).status).toBe(
      400,
    );
    expect((await visitor.post('/admin/second-factor', { code: '1' })).status).toBe(415);
    expect(
      (
        await visitor.form(
          '/admin/second-factor',
          { code: '1' },
          { origin: 'https://evil.example', 'sec-fetch-site': undefined },
        )
      ).status,
    ).toBe(403);
    expect((await give(panel.stranger(), '123456')).status).toBe(401);
    expect((await panel.stranger().get('/admin/second-factor')).status).toBe(303);
  });
});

describe('a role that asks for a second factor', () => {
  test('leads to setting one up before anything else, and shows the recovery codes once', async () => {
    const role = await panel.core.db.role.create({
      data: { name: `strict${++nth}`, permissions: ['*'], mustUseSecondFactor: true },
    });
    const { id, email } = await person(role.name);
    const visitor = await atTheStep(email);
    const shown = await visitor.get('/admin/second-factor');
    expect(shown.text).toContain('<svg');
    const secret = /class="secret-key">([^<]+)</.exec(shown.text)?.[1] ?? '';
    const sealed = /name="sealed" value="([^"]+)"/.exec(shown.text)?.[1] ?? '';
    expect(shown.text).not.toContain(bytesOf(secret).toString('base64'));
    expect(await isIn(visitor)).toBe(false);
    const wrong = await visitor.form('/admin/second-factor', { sealed, code: '000000' });
    expect([wrong.status, wrong.text.includes(secret)]).toEqual([400, true]);
    const other = await newFactor(panel.core, { id: 'somebody-else', email });
    expect(
      (await visitor.form('/admin/second-factor', { sealed: other.sealed, code: codeOf(other.secret) })).status,
    ).toBe(400);
    const done = await visitor.form('/admin/second-factor', { sealed, code: codeOf(secret) });
    expect(done.status).toBe(200);
    const codes = [...done.text.matchAll(/<li>(\w{5}-\w{5})<\/li>/g)].map(([, code]) => code);
    expect(new Set(codes).size).toBe(10);
    expect(await isIn(visitor)).toBe(true);
    const row = await panel.core.db.operator.findUniqueOrThrow({ where: { id } });
    expect(row.totpSecret).not.toContain(secret.replace(/\s/g, ''));
    const removal = await visitor.post(`${api}/me/second-factor/remove`, { password, code: codeOf(secret, 1) });
    expect(removal.status).toBe(409);
  });

  test('shuts out at once whoever is signed in without one', async () => {
    const role = await panel.core.db.role.create({ data: { name: `later${++nth}`, permissions: ['test:staff'] } });
    const { email } = await person(role.name);
    const visitor = new Visitor(panel.web);
    await visitor.signIn(email, password);
    expect(await isIn(visitor)).toBe(true);
    const root = await panel.root();
    const set = await root.post(`${api}/records/Role/${role.id}`, { values: { mustUseSecondFactor: true } });
    expect(set.status).toBe(200);
    expect(await isIn(visitor)).toBe(false);
    await atTheStep(email);
  });
});
