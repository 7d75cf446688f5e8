// Accounts as an opponent tries them: links by mail, sessions that must end, what one may do for others.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendResetJob } from '../../../src/core/house/invitations.ts';
import { Visitor } from '../../kit/http.ts';
import { type AccountHouse, api, codeOf, give, isIn, openAccountHouse } from './account-house.ts';
import { password, type TestPanel } from './kit.ts';

let nth = 0;
let house: AccountHouse;
let panel: TestPanel;
let person: AccountHouse['person'];
let personWithApp: AccountHouse['personWithApp'];
let atTheStep: AccountHouse['atTheStep'];

beforeAll(async () => {
  house = await openAccountHouse();
  ({ panel, person, personWithApp, atTheStep } = house);
});
afterAll(() => house?.close());
beforeEach(async () => {
  await panel.core.db.rateLimit.deleteMany();
});

describe('one’s own account', () => {
  test('a second factor is set up with the password and a code; other sessions end, this one stays', async () => {
    const { email } = await person();
    const visitor = new Visitor(panel.web);
    const other = new Visitor(panel.web);
    await visitor.signIn(email, password);
    await other.signIn(email, password);
    const begin = (given: string) => visitor.post(`${api}/me/second-factor/begin`, { password: given });
    expect((await begin('wrong')).json).toMatchObject({ code: 'invalid', fields: { password: expect.any(String) } });
    const { secret, sealed, qr } = (await begin(password)).json as Record<string, string>;
    expect(qr).toMatch(/^data:image\/svg\+xml;base64,/);
    const before = visitor.cookie;
    expect((await visitor.post(`${api}/me/second-factor/confirm`, { sealed, code: '000000' })).status).toBe(400);
    const confirmed = await visitor.post(`${api}/me/second-factor/confirm`, { sealed, code: codeOf(secret ?? '') });
    expect(confirmed.json?.codes).toHaveLength(10);
    expect(visitor.cookie).not.toBe(before);
    expect([await isIn(visitor), await isIn(other)]).toEqual([true, false]);
    expect((await visitor.get(`${api}/me/account`)).json).toMatchObject({
      secondFactor: { codesLeft: 10, isRequired: false },
    });
    const removed = await visitor.post(`${api}/me/second-factor/remove`, { password, code: codeOf(secret ?? '', 1) });
    expect(removed.status).toBe(200);
    expect((await new Visitor(panel.web).signIn(email, password)).headers.get('location')).toBe('/admin');
  });

  test('a new password needs the old one, and ends the other sessions', async () => {
    const { email } = await person();
    const visitor = new Visitor(panel.web);
    const other = new Visitor(panel.web);
    await visitor.signIn(email, password);
    await other.signIn(email, password);
    const chosen = 'nine patient umbrellas';
    const change = (current: string, next = chosen) => visitor.post(`${api}/me/password`, { current, password: next });
    expect((await change('wrong')).json).toMatchObject({ fields: { current: expect.any(String) } });
    expect((await change(password, 'short')).status).toBe(400);
    expect((await change(password)).status).toBe(200);
    expect([await isIn(visitor), await isIn(other)]).toEqual([true, false]);
    expect((await new Visitor(panel.web).signIn(email, chosen)).status).toBe(303);
  });

  test('guessing the password with a stolen session ends as it does at the door', async () => {
    const { email } = await person();
    const visitor = new Visitor(panel.web);
    await visitor.signIn(email, password);
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1)
      statuses.push((await visitor.post(`${api}/me/password`, { current: `x${i}`, password: 'y' })).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(400));
    expect(statuses.slice(10)).toEqual([429, 429]);
  });

  test('sessions are listed without their ids, and end one by one or all others', async () => {
    const { id, email } = await person();
    const enter = async (agent: string) => {
      const visitor = new Visitor(panel.web);
      await visitor.form('/admin/login', { email, password }, { 'user-agent': agent });
      return visitor;
    };
    const [mine, phone, desk] = [
      await enter('X11; Linux Firefox/128'),
      await enter('iPhone Safari/604'),
      await enter('Windows Chrome/126'),
    ];
    const listed = await mine.get(`${api}/me/account`);
    const sessions = listed.json?.sessions as { handle: string; device: string; address: string; isThis: boolean }[];
    expect(sessions.map(({ device, isThis }) => [device, isThis]).sort()).toEqual([
      ['Chrome on Windows', false],
      ['Firefox on Linux', true],
      ['Safari on iPhone', false],
    ]);
    expect(sessions[0]?.address).toBe('127.0.0.x');
    for (const { sid } of await panel.core.db.webSession.findMany()) expect(listed.text).not.toContain(sid);
    const handle = sessions.find(({ device }) => device.includes('iPhone'))?.handle ?? '';
    const stranger = await panel.club();
    expect((await stranger.post(`${api}/me/sessions/${handle}/end`, {})).status).toBe(404);
    expect((await mine.post(`${api}/me/sessions/${handle}/end`, {})).status).toBe(200);
    expect((await mine.post(`${api}/me/sessions/${handle}/end`, {})).status).toBe(404);
    expect([await isIn(phone), await isIn(desk)]).toEqual([false, true]);
    expect((await mine.post(`${api}/me/sessions/end-others`, {})).json).toEqual({ ended: 1 });
    expect([await isIn(mine), await isIn(desk)]).toEqual([true, false]);
    expect(await panel.core.db.webSession.count({ where: { operatorId: id } })).toBe(1);
  });

  test('a request that was on its way when its session was ended brings nothing back', async () => {
    const { id, email } = await person();
    const visitor = new Visitor(panel.web);
    await visitor.signIn(email, password);
    const row = await panel.core.db.webSession.findFirstOrThrow({ where: { operatorId: id } });
    await panel.core.db.webSession.delete({ where: { sid: row.sid } });
    // What the store would write for a session that it has in hand: the library's own three columns.
    await panel.core.database.pool.query('INSERT INTO "WebSession" (sid, sess, expire) VALUES ($1, $2, $3)', [
      row.sid,
      row.sess,
      row.expire,
    ]);
    expect(await isIn(visitor)).toBe(false);
  });
});

describe('what an administrator may do for others', () => {
  const call = (visitor: Visitor, id: string, name: string, input = {}) =>
    visitor.post(`${api}/tools/Operator/${id}/access/${name}`, input);

  test('take the second factor away and end sessions, told in the audit; not one’s own, and not of somebody above', async () => {
    const { id, email, secret } = await personWithApp();
    const visitor = await atTheStep(email);
    await give(visitor, codeOf(secret));
    const root = await panel.root();
    const seen = await root.get(`${api}/tools/Operator/${id}/access`);
    expect(seen.json).toMatchObject({ hasFactor: true, sessions: [{ isThis: false }] });
    expect(seen.text).not.toContain('totp');
    expect((await call(root, panel.ids.root, 'resetFactor')).status).toBe(409);
    expect((await call(root, id, 'resetFactor')).status).toBe(200);
    expect(await isIn(visitor)).toBe(false);
    expect(await panel.core.db.recoveryCode.count({ where: { operatorId: id } })).toBe(0);
    const told = await panel.core.db.auditEntry.findMany({
      where: { recordId: id, summary: { contains: 'taken away' } },
    });
    expect(told).toHaveLength(1);
    const clerks = await panel.core.db.role.create({
      data: { name: `clerk${++nth}`, permissions: ['core:operators'] },
    });
    const clerk = await person(clerks.name);
    const below = new Visitor(panel.web);
    await below.signIn(clerk.email, password);
    const above = await personWithApp();
    for (const name of ['resetFactor', 'endSessions', 'link'])
      expect((await call(below, above.id, name)).status).toBe(403);
    expect(await panel.core.db.operator.count({ where: { id: above.id, totpSecret: { not: null } } })).toBe(1);
  });

  test('hand on only what they hold: the form offers no more, and the server takes no more', async () => {
    const clerks = await panel.core.db.role.create({
      data: { name: `giver${++nth}`, permissions: ['core:operators', 'test:staff'] },
    });
    const { email } = await person(clerks.name);
    const giver = new Visitor(panel.web);
    await giver.signIn(email, password);
    const state = await giver.get(`${api}/state`);
    const resources = state.json?.resources as {
      model: string;
      columns: { name: string; values?: { value: string; group?: string }[] }[];
    }[];
    const offered = resources
      .find(({ model }) => model === 'Role')
      ?.columns.find(({ name }) => name === 'permissions')?.values;
    expect(offered?.map(({ value, group }) => [value, group])).toEqual([
      ['core:operators', 'Steward'],
      ['test:staff', 'Test'],
    ]);
    const make = (permissions: string[]) =>
      giver.post(`${api}/records/Role`, { values: { name: `made${++nth}`, permissions } });
    expect((await make(['test:staff'])).status).toBe(200);
    expect((await make(['test:staff', 'test:members'])).status).toBe(403);
    expect((await make(['*'])).status).toBe(403);
  });
});

describe('links by mail', () => {
  const invite = async () => {
    const root = await panel.root();
    const role = await panel.core.db.role.findUniqueOrThrow({ where: { name: 'administrator' } });
    const email = `invited${++nth}@example.org`;
    const made = await root.post(`${api}/records/Operator`, { values: { email, name: 'Ida', roleId: role.id } });
    expect(made.status).toBe(200);
    const message = await panel.core.db.message.findFirstOrThrow({ where: { toAddress: email } });
    await panel.core.db.message.update({ where: { id: message.id }, data: { state: 'sent', provider: 'capture' } });
    return { root, email, id: String(made.json?.id), messageId: message.id, message };
  };
  const read = (visitor: Visitor, id: string) => visitor.get(`${api}/tools/Message/${id}/read`);

  test('a new operator is invited, and the link lets them choose a password', async () => {
    const { root, email, messageId, message } = await invite();
    expect(message.text).not.toContain('link=');
    const { json } = await read(root, messageId);
    const link = /http\S+link=[\w-]+/.exec(String(json?.text))?.[0] ?? '';
    const guest = panel.stranger();
    expect((await guest.get(new URL(link).pathname + new URL(link).search)).text).toContain(email);
    const token = new URL(link).searchParams.get('link') ?? '';
    const answer = await guest.form('/admin/setup', {
      link: token,
      password: 'nine patient umbrellas',
      again: 'nine patient umbrellas',
    });
    expect(answer.status).toBe(303);
    expect(await isIn(guest)).toBe(true);
  });

  test('whoever may only read messages cannot read a captured link and become somebody', async () => {
    const { messageId } = await invite();
    for (const { permissions, status } of [
      { permissions: ['core:outbox'], status: 404 },
      { permissions: ['core:outbox', 'core:send', 'core:export'], status: 404 },
      { permissions: ['core:outbox', 'core:operators'], status: 200 },
    ]) {
      const role = await panel.core.db.role.create({ data: { name: `reader${++nth}`, permissions } });
      const { email } = await person(role.name);
      const reader = new Visitor(panel.web);
      await reader.signIn(email, password);
      const answer = await read(reader, messageId);
      // Messages about operators are for those who may see operators.
      expect([permissions, answer.status]).toEqual([permissions, status]);
      expect(answer.text).not.toContain('link=');
      if (status === 200) expect(answer.text).toContain('•');
    }
  });

  test('"Forgot your password?" does and says the same for everybody; the look-up comes later', async () => {
    const { id, email } = await person();
    const blocked = await person();
    await panel.core.db.operator.update({ where: { id: blocked.id }, data: { state: 'blocked' } });
    const asked = [email, 'nobody-at-all@example.org', blocked.email];
    const answers = [];
    for (const address of asked) {
      const answer = await panel.stranger().form('/admin/forgot', { email: ` ${address.toUpperCase()} ` });
      answers.push([answer.status, answer.text.replaceAll(address, '')]);
    }
    expect(answers[0]?.[0]).toBe(200);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    const { rows } = await panel.core.database.pool.query(
      `SELECT j.payload->>'email' AS email FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = 'core.send-reset'`,
    );
    expect(rows.map((row: { email: string }) => row.email).sort()).toEqual([...asked].sort());
    const context = { signal: new AbortController().signal };
    for (const address of asked) await sendResetJob.run(panel.core, { email: address }, context);
    const sent = await panel.core.db.message.findMany({ where: { kind: 'core.password-reset' } });
    expect(sent.map(({ toAddress }) => toAddress)).toEqual([email]);
    expect(
      await panel.core.db.oneTimeLink.count({ where: { operatorId: id, purpose: 'reset-password', usedAt: null } }),
    ).toBe(1);
  });

  test('asking again and again is refused, whether the account exists or not; odd addresses too', async () => {
    const { email } = await person();
    for (const address of [email, 'no-such-person@example.org']) {
      const statuses: number[] = [];
      for (let i = 0; i < 4; i += 1)
        statuses.push((await panel.stranger().form('/admin/forgot', { email: address })).status);
      expect(statuses).toEqual([200, 200, 200, 429]);
    }
    for (const odd of ['', 'x', '%', 'a@b, c@d', `${'x'.repeat(300)}@example.org`])
      expect((await panel.stranger().form('/admin/forgot', { email: odd })).status).toBe(400);
  });

  test('asking for a new password does not end an invitation that waits', async () => {
    const { email, id } = await invite();
    await sendResetJob.run(panel.core, { email }, { signal: new AbortController().signal });
    expect(await panel.core.db.oneTimeLink.count({ where: { operatorId: id, usedAt: null } })).toBe(2);
  });
});
