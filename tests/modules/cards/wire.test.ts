// The wire contract as tables: every code, every field of every action badly filled, sessions, other sites' pages; and what did not happen.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { wireActions } from '../../../src/modules/cards/routes.ts';
import { fingerprint, Visitor } from '../../kit/http.ts';
import {
  type House,
  multipart,
  newCodes,
  newPerson,
  openHouse,
  Person,
  picture,
  program,
  publish,
} from './cards-house.ts';

let house: House;
let author: Person;
let other: Person;
let stranger: Person;
let token: string;
let closed: string;
let code: string;
let earlier: string[];
const tables = [
  'CardAccount',
  'GreetingCard',
  'QrCode',
  'CardResource',
  'CardAttachment',
  'CardReading',
  'CardReport',
  'AccountPicture',
  'StoredFile',
];

beforeAll(async () => {
  house = await openHouse();
  [author, other] = await Promise.all([newPerson(house), newPerson(house)]);
  stranger = new Person(house.web);
  [code = ''] = await newCodes(house, 1);
  token = await publish(author, { qr_id: code });
  closed = await publish(author, { is_editable: false });
  earlier = (await house.core.db.cardAccount.findMany()).map(({ id }) => id);
});
afterAll(() => house?.close());

const unknown = randomUUID();
const profile = { nick: 'N', mobile: '', birthday: '', gender: 0, introduction: '', province: '', city: '', area: '' };
const long = (length: number) => 'x'.repeat(length);

describe('every refusal has its number and its field, and changes nothing', () => {
  const calls: [who: 'stranger' | 'author' | 'other', action: string, input: object, error: number, field?: string][] =
    [
      ['stranger', 'nothing_like_it', {}, 404],
      ['stranger', 'toString', {}, 404],
      ['stranger', 'user_register', {}, 402, 'account'],
      ['stranger', 'user_register', { account: {} }, 402, 'email'],
      ['stranger', 'user_register', { account: { email: 'a@example.org' } }, 402, 'pwd'],
      ['stranger', 'user_register', { account: { email: 'no address', pwd: 'x' } }, 401, 'email'],
      ['stranger', 'user_register', { account: { email: `${long(250)}@example.org`, pwd: 'x' } }, 401, 'email'],
      ['stranger', 'user_register', { account: { email: 'a@example.org', pwd: '' } }, 401, 'pwd'],
      ['stranger', 'user_register', { account: { email: 'a@example.org', pwd: long(201) } }, 401, 'pwd'],
      ['stranger', 'user_login', { account: { email: 'nobody@example.org', pwd: 'x' } }, 406],
      ['stranger', 'user_login', { account: { pwd: 'x' } }, 402, 'email'],
      ['stranger', 'user_logout', {}, 403],
      ['stranger', 'user_info', {}, 403],
      ['stranger', 'user_edit_profile', { profile }, 403],
      ['author', 'user_edit_profile', {}, 402, 'profile'],
      ['author', 'user_edit_profile', { profile: {} }, 402, 'nick'],
      ['author', 'user_edit_profile', { profile: { ...profile, nick: '' } }, 401, 'nick'],
      ['author', 'user_edit_profile', { profile: { ...profile, nick: long(25) } }, 401, 'nick'],
      ['author', 'user_edit_profile', { profile: { ...profile, mobile: '12' } }, 401, 'mobile'],
      ['author', 'user_edit_profile', { profile: { ...profile, birthday: '2001-02-30' } }, 401, 'birthday'],
      ['author', 'user_edit_profile', { profile: { ...profile, birthday: '2999-01-01' } }, 401, 'birthday'],
      ['author', 'user_edit_profile', { profile: { ...profile, gender: 3 } }, 401, 'gender'],
      ['author', 'user_edit_profile', { profile: { ...profile, gender: '1' } }, 401, 'gender'],
      ['author', 'user_edit_profile', { profile: { ...profile, introduction: long(201) } }, 401, 'introduction'],
      ['author', 'user_edit_profile', { profile: { ...profile, avatar: '../../../etc/passwd' } }, 401, 'avatar'],
      ['author', 'user_edit_profile', { profile: { ...profile, avatar: 'https://evil.example/a.png' } }, 401, 'avatar'],
      ['author', 'user_edit_profile', { profile: { ...profile, avatar: 'a'.repeat(32) } }, 404],
      ['author', 'user_info', { user_id: 2_147_483_647 }, 404],
      ['author', 'user_info', { user_id: 2_147_483_648 }, 401, 'user_id'],
      ['stranger', 'qr_query', {}, 402, 'qr_id'],
      ['stranger', 'qr_query', { qr_id: 'xxxx' }, 423],
      ['stranger', 'qr_query', { qr_id: 'f'.repeat(32) }, 423],
      ['stranger', 'qr_query', { qr_id: `%${'_'.repeat(31)}` }, 423],
      ['stranger', 'card_query', {}, 402, 'token'],
      ['stranger', 'card_query', { token: unknown }, 404],
      ['stranger', 'card_query', { token: '../../etc/passwd' }, 401, 'token'],
      ['stranger', 'card_create', { card_info: { token: unknown, local_template: 'x' } }, 403],
      ['stranger', 'card_create_query', { card_info: { token: unknown } }, 403],
      ['author', 'card_create', {}, 402, 'card_info'],
      ['author', 'card_create', { card_info: { local_template: 'x' } }, 402, 'token'],
      ['author', 'card_create', { card_info: { token: unknown } }, 402, 'local_template'],
      ['author', 'card_create', { card_info: { token: long(33), local_template: 'x' } }, 401, 'token'],
      ['author', 'card_create', { card_info: { token: unknown, local_template: long(65_537) } }, 401, 'local_template'],
      [
        'author',
        'card_create',
        { card_info: { token: unknown, local_template: 'x', visible_at: '1999-02-30 00:00:00' } },
        401,
        'visible_at',
      ],
      [
        'author',
        'card_create',
        { card_info: { token: unknown, local_template: 'x', visible_at: -1 } },
        401,
        'visible_at',
      ],
      [
        'author',
        'card_create',
        { card_info: { token: unknown, local_template: 'x', visible_at: 1e18 } },
        401,
        'visible_at',
      ],
      [
        'author',
        'card_create',
        { card_info: { token: unknown, local_template: { attachments_hashes: ['0'.repeat(64)] } } },
        430,
      ],
      [
        'author',
        'card_create',
        { card_info: { token: unknown, local_template: { attachments_hashes: ['../../x'] } } },
        430,
      ],
      ['author', 'card_create', { card_info: { token: unknown, local_template: 'x', qr_id: 'f'.repeat(32) } }, 423],
      ['stranger', 'card_edit', { token: unknown, card_info: {} }, 403],
      ['author', 'card_edit', { card_info: { local_template: 'x' } }, 402, 'token'],
      ['author', 'card_edit', { token: unknown, card_info: { local_template: 'x' } }, 404],
      ['author', 'card_edit', { token: unknown }, 402, 'card_info'],
      ['author', 'card_delete', {}, 402, 'token'],
      ['author', 'card_delete', { token: unknown }, 404],
      ['author', 'card_restore', { token: unknown }, 404],
      ['author', 'my_card_list', { from: 5, to: 4 }, 401, 'to'],
      ['author', 'my_card_list', { from: -1 }, 401, 'from'],
      ['author', 'my_card_list', { from: 99_999_999_999 }, 401, 'from'],
      ['author', 'history_delete', {}, 402, 'token'],
      ['author', 'history_delete', { token: unknown }, 404],
      ['stranger', 'my_card_list', {}, 403],
      ['stranger', 'my_read_history', {}, 403],
      ['stranger', 'res_query', { hash: 'abc' }, 401, 'hash'],
      ['stranger', 'res_query', { hash: '0'.repeat(40) }, 404],
      ['stranger', 'news_query', {}, 402, 's_date'],
      ['stranger', 'news_query', { s_date: '2016-02-30' }, 401, 's_date'],
      ['stranger', 'card_report', { token: unknown, reason: 'spam' }, 404],
      ['stranger', 'card_report', { token: unknown, reason: 'dull' }, 401, 'reason'],
    ];
  it.each(calls)('%s: %s %j is %i', async (who, action, input, error, field) => {
    const before = await fingerprint(house.core, tables);
    const answer = await { stranger, author, other }[who].act(action, input);
    expect([answer.error, answer.field]).toEqual([error, field]);
    expect(JSON.stringify(answer)).not.toMatch(/node_modules|prisma|at \w+ \(/i);
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('somebody else’s card and one that was closed are 425, whatever is tried', async () => {
    const before = await fingerprint(house.core, tables);
    for (const [person, which] of [
      [other, token],
      [author, closed],
    ] as const)
      for (const [action, input] of [
        ['card_edit', { token: which, card_info: { local_template: 'mine', is_editable: true } }],
        ['card_delete', { token: which }],
        ['card_restore', { token: which }],
      ] as const)
        expect([action, (await person.act(action, input)).error]).toEqual([action, 425]);
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('a body that is no JSON object, and another method, are 400', async () => {
    for (const body of ['', '{', '[]', '"user_info"', 'null', '5', '{"action":"user_info","action":"user_logout"}']) {
      const answer = await stranger.send('POST', '/api/courtesy', { body, headers: program });
      expect([body, answer.status, answer.json?.error]).toEqual([body, 200, 400]);
    }
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'])
      expect([method, (await stranger.send(method, '/api/courtesy')).json?.error]).toEqual([method, 400]);
    expect((await stranger.post('/api/courtesy', {})).json).toMatchObject({ error: 402, field: 'action' });
    expect((await stranger.post('/api/courtesy', { action: 5 })).json).toMatchObject({ error: 401, field: 'action' });
  });

  it('JSON is read whatever it is called', async () => {
    const answer = await stranger.send('POST', '/api/courtesy/', {
      body: '{"action":"news_query","s_date":"2016-03-28"}',
      headers: { ...program, 'content-type': 'text/plain' },
    });
    expect(answer.json).toMatchObject({ error: 0, news: [] });
  });
});

describe('no field of any action lets another type through', () => {
  const strange: unknown[] = [
    null,
    [],
    {},
    [null],
    { contains: '' },
    { not: null },
    true,
    1.5,
    -1,
    2_147_483_648,
    1e308,
    '',
    '%',
    '_',
    '\u0000',
    '\ud800',
    long(70_000),
  ];
  const paths = (schema: z.ZodType, path: string[] = []): string[][] => {
    const bare =
      schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema;
    if (!(bare instanceof z.ZodObject)) return [path];
    return [
      path,
      ...Object.entries(bare.shape as Record<string, z.ZodType>).flatMap(([key, one]) => paths(one, [...path, key])),
    ].filter((one) => one.length > 0);
  };
  const good: Record<string, unknown> = {
    account: { email: 'fuzz@example.org', pwd: 'never' },
    profile,
    card_info: {
      token: unknown,
      qr_id: 'e'.repeat(32),
      local_template: 'x',
      is_editable: true,
      is_public: true,
      visible_at: 0,
    },
    token: unknown,
    qr_id: 'e'.repeat(32),
    hash: '0'.repeat(64),
    s_date: '2001-01-01',
    reason: 'spam',
    words: 'words',
  };
  const set = (input: object, [head = '', ...rest]: string[], value: unknown): object => {
    const whole = input as Record<string, unknown>;
    const inner = rest.length > 0 ? set((whole[head] ?? {}) as object, rest, value) : value;
    return { ...whole, [head]: inner };
  };

  it.each([...wireActions.keys()])('%s', async (name) => {
    const { input } = wireActions.get(name)!;
    const before = await earlierRows();
    const known = Object.keys(input.shape as object);
    const base = Object.fromEntries(Object.entries(good).filter(([key]) => known.includes(key)));
    const person = name.startsWith('user_') ? stranger : author;
    for (const path of paths(input))
      for (const value of [undefined, ...strange]) {
        const answer = await person.act(name, set(base, path, value));
        const said = JSON.stringify([name, path, value])?.slice(0, 200);
        expect([said, answer.error]).not.toEqual([said, 503]);
        // Only a template and card_info are objects; whatever else they hold is words, or is not looked at.
        const mayBeObject = ['local_template', 'card_info'].includes(path.at(-1) ?? '') && !Array.isArray(value);
        const isObject = typeof value === 'object' && value !== null && !mayBeObject;
        if (isObject) expect([said, answer.error]).not.toEqual([said, 0]);
      }
    expect(await earlierRows()).toEqual(before);
  });

  /** What was there before the tests of this block; some of their calls are sound and may add rows of their own. */
  async function earlierRows() {
    const cards = await house.core.db.greetingCard.findMany({
      where: { authorId: { in: earlier } },
      orderBy: { id: 'asc' },
      take: 2,
    });
    const accounts = await house.core.db.cardAccount.findMany({
      where: { id: { in: earlier } },
      omit: { updatedAt: true, lastLoginAt: true },
    });
    return { cards, accounts, codes: await house.core.db.qrCode.findMany() };
  }
});

describe('sessions', () => {
  const signIn = (person: Person, headers = {}) =>
    person.post(
      '/api/courtesy',
      { action: 'user_login', account: { email: person.email, pwd: person.pwd } },
      { ...program, ...headers },
    );

  it('the cookie is out of reach of scripts and other sites, and by TLS only', async () => {
    const [cookie = ''] = (await signIn(await newPerson(house))).headers.getSetCookie();
    expect(cookie).toMatch(/^sessionid=[\w-]{32}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure$/);
  });

  it('signing in makes a new one and ends the one before; only a hash is kept', async () => {
    const person = await newPerson(house);
    const first = person.cookie;
    await signIn(person);
    expect(person.cookie).not.toBe(first);
    const stale = new Person(house.web);
    stale.cookie = first;
    expect((await stale.act('user_info')).error).toBe(403);
    const value = person.cookie.split('=')[1] ?? '';
    const { rows } = await house.core.database.pool.query('SELECT s::text AS row FROM "CardSession" s');
    expect(rows.map(({ row }) => row).join()).not.toContain(value);
    await person.act('user_logout');
    person.cookie = `sessionid=${value}`;
    expect((await person.act('user_info')).error).toBe(403);
  });

  it('a session that is over, forged or of another cookie is nobody', async () => {
    const person = await newPerson(house);
    const { account_info } = (await person.act('user_info')) as unknown as { account_info: { user_id: number } };
    const number = account_info.user_id;
    const account = await house.core.db.cardAccount.findUniqueOrThrow({ where: { number } });
    await house.core.db.cardSession.updateMany({
      where: { accountId: account.id },
      data: { expiresAt: new Date(Date.now() - 1000) },
    });
    expect((await person.act('user_info')).error).toBe(403);
    for (const cookie of [
      'sessionid=',
      'sessionid=%',
      `sessionid=${'a'.repeat(32)}`,
      'sessionid=null',
      'xsessionid=x; steward=y',
    ]) {
      person.cookie = cookie;
      expect([cookie, (await person.act('user_info')).error]).toEqual([cookie, 403]);
    }
  });

  it('passwords are kept as argon2id, and an unknown address is told the same as a wrong password', async () => {
    const account = await house.core.db.cardAccount.findUniqueOrThrow({ where: { email: author.email } });
    expect(account.passwordHash).toMatch(/^\$argon2id\$/);
    const wrong = await stranger.act('user_login', { account: { email: author.email, pwd: 'wrong' } });
    const nobody = await stranger.act('user_login', { account: { email: 'nobody2@example.org', pwd: 'wrong' } });
    const bare = ({ time, timestamp, ...rest }: Record<string, unknown>) => rest;
    expect(bare(wrong)).toEqual(bare(nobody));
    for (const email of ['%', '_'.repeat(20), `%@example.org`, author.email.replace(/.$/, '_')])
      expect((await stranger.act('user_login', { account: { email, pwd: author.pwd } })).error).toBeGreaterThan(400);
  });

  it('guessing is stopped', async () => {
    const person = await newPerson(house);
    const guess = () => new Person(house.web).act('user_login', { account: { email: person.email, pwd: 'guess' } });
    const seen = [];
    for (let n = 0; n < 12; n += 1) seen.push((await guess()).error);
    expect(seen.slice(0, 10)).toEqual(Array(10).fill(406));
    expect(seen.slice(10)).toEqual([429, 429]);
  });
});

describe('pages of other sites', () => {
  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site', origin: 'https://evil.cards.example.org' }],
    ['an old browser', { origin: 'https://evil.example', 'sec-fetch-site': undefined }],
    ['a page without an origin', { origin: 'null', 'sec-fetch-site': undefined }],
  ])('are refused: %s', async (_who, headers) => {
    const before = await fingerprint(house.core, [...tables, 'CardSession']);
    const body = { action: 'card_delete', token };
    const visitor = new Visitor(house.web);
    visitor.cookie = author.cookie;
    expect(
      (await visitor.post('/api/courtesy', body, { ...headers, 'content-type': 'text/plain' })).json,
    ).toMatchObject({ error: 403 });
    const file = multipart('res', { bytes: await picture(20, 20).png().toBuffer(), type: 'image/png' });
    const sent = await visitor.send('POST', '/upload/card_res', { ...file, headers: { ...file.headers, ...headers } });
    expect(sent.json).toMatchObject({ error: 403 });
    expect(await fingerprint(house.core, [...tables, 'CardSession'])).toBe(before);
  });

  it('our own pages and programs pass', async () => {
    const visitor = new Visitor(house.web);
    visitor.cookie = author.cookie;
    expect((await visitor.post('/api/courtesy', { action: 'user_info' })).json).toMatchObject({ error: 0 });
    expect((await author.act('user_info')).error).toBe(0);
  });
});
