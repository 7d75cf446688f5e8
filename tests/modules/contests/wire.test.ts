// The wire contract as tables: every route and every answer, in the order stranger, wrong, right, edge; and what did not happen.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint, Visitor } from '../../kit/http.ts';
import {
  addPeople,
  codeTo,
  type House,
  makeContest,
  openHouse,
  personWith,
  prove,
  runOn,
  smsTo,
} from './contests-house.ts';

let house: House;
let visitor: Visitor;
let contestId: string;
const tables = ['Participant', 'PhoneVerification', 'Winner', 'Message', 'TestSending', 'HandOver'];
const verify = '/api/participants/phone_verify/';
const check = '/api/participants/code/verify/';
const create = '/api/participants/create/';
const winners = '/api/participants/winners';
const json = { 'content-type': 'application/json' };

beforeAll(async () => {
  house = await openHouse();
  visitor = new Visitor(house.web);
  contestId = (await makeContest(house)).id;
});
afterAll(() => house?.close());

const participant = (phone: string) =>
  house.core.db.participant.findUnique({ where: { contestId_phone: { contestId, phone } } });

describe('a request that does not fit is refused with a sentence and changes nothing', () => {
  const detail = { detail: expect.stringMatching(/./) };
  const calls: [
    what: string,
    method: string,
    path: string,
    body: string | undefined,
    status: number,
    answer: object,
  ][] = [
    ['no phone', 'POST', verify, '{}', 400, { detail: 'Номер телефона не предоставлен' }],
    ['a null phone', 'POST', verify, '{"phone":null}', 400, { detail: 'Номер телефона не предоставлен' }],
    ['an empty phone', 'POST', verify, '{"phone":""}', 400, { detail: 'Номер телефона не предоставлен' }],
    ['a list as a phone', 'POST', verify, '{"phone":["89091231212"]}', 400, detail],
    ['an operator as a phone', 'POST', verify, '{"phone":{"startsWith":"8"}}', 400, detail],
    ['letters as a phone', 'POST', verify, '{"phone":"abc"}', 400, { detail: 'Введите правильный номер телефона.' }],
    ['a phone that is too short', 'POST', verify, '{"phone":"8909"}', 400, detail],
    ['a phone with a NUL', 'POST', verify, '{"phone":"8909123\\u00001212"}', 400, { phone: ['содержит символ NUL'] }],
    [
      'a phone from abroad',
      'POST',
      verify,
      '{"phone":"+31612345678"}',
      400,
      { detail: 'Номера этой страны не участвуют в конкурсе.' },
    ],
    ['two phones in one', 'POST', verify, '{"phone":"89091231212,89091231213"}', 400, detail],
    ['malformed JSON', 'POST', verify, '{', 400, detail],
    ['a JSON list', 'POST', verify, '[]', 400, detail],
    ['GET on a POST route', 'GET', verify, undefined, 405, detail],
    ['PUT', 'PUT', create, '{}', 405, detail],
    [
      'an unknown contest',
      'POST',
      '/api/contests/nowhere/participants/phone_verify/',
      '{"phone":"89091231212"}',
      404,
      detail,
    ],
    [
      'a contest whose name cannot be one',
      'GET',
      '/api/contests/No%20where/participants/winners',
      undefined,
      404,
      detail,
    ],
    ['a contest with a NUL', 'GET', '/api/contests/%00/participants/winners', undefined, 404, detail],
    ['a winners’ address with letters', 'GET', `${winners}?phone=abcd`, undefined, 400, detail],
    ['three digits', 'GET', `${winners}?phone=012`, undefined, 400, detail],
    ['five digits', 'GET', `${winners}?phone=01234`, undefined, 400, detail],
    ['no digits', 'GET', `${winners}?phone=`, undefined, 400, detail],
    ['LIKE wildcards', 'GET', `${winners}?phone=____`, undefined, 400, detail],
    ['a percent sign', 'GET', `${winners}?phone=%25%25%25%25`, undefined, 400, detail],
    ['Arabic digits', 'GET', `${winners}?phone=%D9%A0%D9%A1%D9%A2%D9%A3`, undefined, 400, detail],
    ['full-width digits', 'GET', `${winners}?phone=%EF%BC%90%EF%BC%91%EF%BC%92%EF%BC%93`, undefined, 400, detail],
    ['digits and a line break', 'GET', `${winners}?phone=0123%0A`, undefined, 400, detail],
    ['two phones', 'GET', `${winners}?phone=0123&phone=0124`, undefined, 400, detail],
    ['a page that is none', 'GET', `${winners}?page=0`, undefined, 400, detail],
    ['a negative page', 'GET', `${winners}?page=-1`, undefined, 400, detail],
    ['a huge page', 'GET', `${winners}?page=99999999999`, undefined, 400, detail],
    ['an unknown draw', 'GET', '/api/draws/x', undefined, 404, detail],
    ['a draw named with a NUL', 'GET', '/api/draws/%00/protocol', undefined, 404, detail],
  ];
  it.each(calls)('%s: %s %s', async (_what, method, path, body, status, answer) => {
    const before = await fingerprint(house.core, tables);
    const got = await visitor.send(method, path, { body, headers: json });
    expect([got.status, got.json]).toEqual([status, answer]);
    expect(got.text).not.toMatch(/prisma|node_modules|at \w+ \(/i);
    expect(await fingerprint(house.core, tables)).toBe(before);
  });
});

describe('asking for a code', () => {
  it('answers with the number and never the code, which is kept as a hash only', async () => {
    const got = await visitor.post(verify, { phone: '89091231212' });
    expect([got.status, got.json]).toEqual([200, { success: true, sending: '89091231212' }]);
    const code = await codeTo(house, '+79091231212');
    expect(code).toMatch(/^\d{4}$/);
    const row = await house.core.db.phoneVerification.findFirstOrThrow({ where: { phone: '+79091231212' } });
    expect(JSON.stringify(row)).not.toContain(`"${code}"`);
    expect(row.codeHash).toMatch(/^[\w-]{43}$/);
    const message = await house.core.db.message.findFirstOrThrow({ where: { toAddress: '+79091231212' } });
    expect(message.text).not.toContain(code);
    expect(message.notAfter?.getTime()).toBeGreaterThan(Date.now());
  });

  it.each(['89091230001', '+7 909 123-00-01', '79091230001', '8 (909) 123 00 01', 89091230001])(
    'takes %s for the same number',
    async (phone) => {
      await visitor.post(verify, { phone });
      expect(await house.core.db.phoneVerification.count({ where: { phone: '+79091230001' } })).toBe(1);
    },
  );

  it.each([
    ['form', { 'content-type': 'application/x-www-form-urlencoded' }, 'phone=89091230002'],
    [
      'multipart',
      { 'content-type': 'multipart/form-data; boundary=b' },
      '--b\r\nContent-Disposition: form-data; name="phone"\r\n\r\n89091230002\r\n--b--\r\n',
    ],
  ])('reads a %s body', async (_kind, headers, body) => {
    const got = await visitor.send('POST', verify, { body, headers });
    expect([got.status, got.json]).toEqual([200, { success: true, sending: '89091230002' }]);
  });

  it('speaks the language that the caller asks for, and Russian else', async () => {
    const of = async (language: string) =>
      (await visitor.post(verify, {}, { 'accept-language': language })).json?.detail;
    expect(await of('en-GB,en;q=0.9')).toBe('No phone number was given.');
    expect(await of('nl')).toBe('Er is geen telefoonnummer opgegeven.');
    expect(await of('zh-CN')).toBe('未提供电话号码。');
    expect(await of('fr')).toBe('Номер телефона не предоставлен');
  });
});

describe('checking a code', () => {
  const wrong = { verify: false, message: 'Неверный код, попробуйте еще раз' };
  const ask = (body: object) => visitor.post(check, body).then(({ json: answer }) => answer);

  it('takes it once, as a text or a number, for its own phone only', async () => {
    await visitor.post(verify, { phone: '89091230010' });
    await visitor.post(verify, { phone: '89091230011' });
    const [one, other] = [await codeTo(house, '+79091230010'), await codeTo(house, '+79091230011')];
    if (one !== other) expect(await ask({ phone: '89091230010', code: other })).toEqual(wrong);
    expect(await ask({ phone: '+7 909 123 00 10', code: Number(one) })).toEqual({
      verify: true,
      message: 'Номер телефона подтвержден',
    });
    expect(await ask({ phone: '89091230010', code: one })).toEqual(wrong);
  });

  it('counts five tries, also of the right code after them', async () => {
    await visitor.post(verify, { phone: '89091230012' });
    const code = await codeTo(house, '+79091230012');
    const bad = code === '0000' ? '1111' : '0000';
    for (let n = 0; n < 5; n += 1) expect(await ask({ phone: '89091230012', code: bad })).toEqual(wrong);
    expect(await ask({ phone: '89091230012', code })).toEqual(wrong);
    await visitor.post(verify, { phone: '89091230012' });
    expect(await ask({ phone: '89091230012', code: await codeTo(house, '+79091230012') })).toMatchObject({
      verify: true,
    });
  });

  it('takes neither a code that is over nor one that a newer one has replaced', async () => {
    await visitor.post(verify, { phone: '89091230013' });
    const first = await codeTo(house, '+79091230013');
    await visitor.post(verify, { phone: '89091230013' });
    const second = await codeTo(house, '+79091230013');
    if (first !== second) expect(await ask({ phone: '89091230013', code: first })).toEqual(wrong);
    await house.core.db.phoneVerification.updateMany({
      where: { phone: '+79091230013' },
      data: { expiresAt: new Date(0) },
    });
    expect(await ask({ phone: '89091230013', code: second })).toEqual(wrong);
  });

  it.each([
    ['nothing', {}],
    ['no code', { phone: '89091230014' }],
    ['no phone', { code: '0000' }],
    ['a null', { phone: '89091230014', code: null }],
    ['letters', { phone: '89091230014', code: 'abcd' }],
    ['a list', { phone: '89091230014', code: ['0000'] }],
    ['an object', { phone: { contains: '8' }, code: { not: '' } }],
    ['a long code', { phone: '89091230014', code: '0'.repeat(1000) }],
    ['a fraction', { phone: '89091230014', code: 1.5 }],
    ['a huge number', { phone: '89091230014', code: 1e300 }],
    ['an unknown phone', { phone: '89099999999', code: '0000' }],
  ])('answers false to %s', async (_what, body) => {
    expect(await ask(body)).toEqual(wrong);
  });
});

describe('registering', () => {
  it('asks for every field at once, in the words of the contract', async () => {
    const got = await visitor.post(create, {});
    expect(got.status).toBe(400);
    const required = ['Обязательное поле.'];
    expect(got.json).toEqual({
      first_name: required,
      second_name: required,
      patronymic: required,
      birthday: required,
      address: required,
      email: required,
      phone: required,
    });
  });

  it('refuses a phone that was not verified, and makes nobody', async () => {
    const got = await visitor.post(create, personWith('89091230020'));
    expect([got.status, got.json]).toEqual([400, { phone: ['Номер телефона не подтвержден'] }]);
    expect(await participant('+79091230020')).toBeNull();
  });

  it('makes the participant, stamps the verification and uses the proof up', async () => {
    await prove(house, visitor, '89091230021', '+79091230021');
    const got = await visitor.post(create, personWith('89091230021'));
    expect([got.status, got.json]).toEqual([200, { status: 200, created: true, phone_number: '89091230021' }]);
    const row = await participant('+79091230021');
    expect(row).toMatchObject({ districtId: 41, status: false, lastFour: '0021', toldAt: null, handedOverAt: null });
    expect(row?.birthday.toISOString().slice(0, 10)).toBe('1985-05-20');
    expect(row?.verifiedAt).toBeInstanceOf(Date);
    expect(await house.core.db.phoneVerification.count({ where: { phone: '+79091230021' } })).toBe(0);
    expect((await visitor.post(create, personWith('89091230021'))).json).toEqual({
      phone: ['Номер телефона не подтвержден'],
    });
  });

  it('ignores what only staff decide', async () => {
    await prove(house, visitor, '89091230022', '+79091230022');
    const extra = {
      status: true,
      timestamp: '2020-01-01',
      time_sms_send: '2020-01-01',
      verify: '2020-01-01',
      id: 1,
      number: 1,
      winner: {},
      __proto__: { a: 1 },
    };
    expect((await visitor.post(create, { ...personWith('89091230022'), ...extra, district_id: 7 })).status).toBe(200);
    expect(await participant('+79091230022')).toMatchObject({
      status: false,
      toldAt: null,
      handedOverAt: null,
      districtId: 7,
    });
  });

  it('tells somebody whose phone is proven that the address is taken', async () => {
    await prove(house, visitor, '89091230023', '+79091230023');
    const taken = personWith('89091230023', { email: 'P89091230021@EXAMPLE.org' });
    expect((await visitor.post(create, taken)).json).toEqual({ email: ['participants с таким email уже существует.'] });
    const stranger = personWith('89091230099', { email: 'p89091230021@example.org' });
    expect((await visitor.post(create, stranger)).json).toEqual({ phone: ['Номер телефона не подтвержден'] });
    expect((await visitor.post(create, personWith('89091230023'))).status).toBe(200);
  });

  it('answers a registered phone like any other, and its owner gets an SMS that says so', async () => {
    const got = await visitor.post(verify, { phone: '89091230021' });
    expect([got.status, got.json]).toEqual([200, { success: true, sending: '89091230021' }]);
    expect((await smsTo(house, '+79091230021'))[0]).toBe('City quiz: этот номер уже зарегистрирован. Код не нужен.');
    expect(await house.core.db.phoneVerification.count({ where: { phone: '+79091230021' } })).toBe(0);
    await house.core.db.contest.update({ where: { id: contestId }, data: { tellsRegistered: true } });
    expect((await visitor.post(verify, { phone: '89091230021' })).json).toEqual({ detail: 'Номер уже подтвержден' });
    await house.core.db.contest.update({ where: { id: contestId }, data: { tellsRegistered: false } });
  });

  const faults: [what: string, field: string, value: unknown, sentence: string][] = [
    ['a blank name', 'first_name', '  ', 'Это поле не может быть пустым.'],
    ['a null name', 'first_name', null, 'Это поле не может быть пустым.'],
    ['a name that is a number', 'first_name', 5, 'Введите текст.'],
    ['a name that is an object', 'first_name', { set: 'x' }, 'Введите текст.'],
    [
      'a name of 51 characters',
      'second_name',
      'а'.repeat(51),
      'Убедитесь, что это значение содержит не более 50 символов.',
    ],
    ['a NUL in a name', 'second_name', 'а\u0000б', 'содержит символ NUL'],
    ['half a character', 'second_name', 'а\ud800', 'содержит половину символа (одиночный суррогат)'],
    ['an escape sign in a name', 'second_name', 'а\u001bб', 'Значение содержит недопустимые символы.'],
    ['a sign that turns the text around', 'second_name', 'а\u202eб', 'Значение содержит недопустимые символы.'],
    ['an address of 251', 'address', 'а'.repeat(251), 'Убедитесь, что это значение содержит не более 250 символов.'],
    ['an ISO date', 'birthday', '1985-05-20', 'Введите дату в формате дд.мм.гггг.'],
    ['the 31st of February', 'birthday', '31.02.1985', 'Введите дату в формате дд.мм.гггг.'],
    ['a date to come', 'birthday', '20.05.2185', 'Дата должна быть в прошлом.'],
    ['a date before 1900', 'birthday', '20.05.1785', 'Введите дату в формате дд.мм.гггг.'],
    ['no e-mail address', 'email', 'anna', 'Введите правильный адрес электронной почты.'],
    ['two addresses', 'email', 'a@b.ru,c@d.ru', 'Введите правильный адрес электронной почты.'],
    ['a header in the address', 'email', 'a@b.ru\r\nBcc: c@d.ru', 'Введите правильный адрес электронной почты.'],
    ['letters as a district', 'district_id', 'x', 'Введите правильное число.'],
    ['a huge district', 'district_id', 2147483648, 'Введите правильное число.'],
    ['a negative district', 'district_id', -1, 'Введите правильное число.'],
    ['a phone of letters', 'phone', 'abc', 'Введите правильный номер телефона.'],
  ];
  it.each(faults)('names the field: %s', async (_what, field, value, sentence) => {
    const before = await fingerprint(house.core, tables);
    const got = await visitor.post(create, personWith('89091230024', { [field]: value }));
    expect(got.status).toBe(400);
    expect(got.json?.[field]).toEqual([sentence]);
    expect(await fingerprint(house.core, tables)).toBe(before);
  });

  it('reads forms and multipart bodies, and takes an empty patronymic', async () => {
    for (const [at, kind] of ['form', 'multipart'].entries()) {
      const phone = `8909123003${at}`;
      await prove(house, visitor, phone, `+7${phone.slice(1)}`);
      const fields = personWith(phone, { patronymic: '' });
      const multipart = Object.entries(fields)
        .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join('');
      const got =
        kind === 'form'
          ? await visitor.send('POST', create, { body: new URLSearchParams(fields) })
          : await visitor.send('POST', create, {
              body: `${multipart}--b--\r\n`,
              headers: { 'content-type': 'multipart/form-data; boundary=b' },
            });
      expect([got.status, got.json]).toMatchObject([200, { created: true }]);
      expect(await participant(`+7${phone.slice(1)}`)).toMatchObject({ patronymic: '', secondName: 'Иванова' });
    }
  });

  it('takes nobody while registration is closed', async () => {
    await house.core.db.contest.update({ where: { id: contestId }, data: { isOpen: false } });
    expect((await visitor.post(verify, { phone: '89091230040' })).json).toEqual({ detail: 'Регистрация закрыта.' });
    expect((await visitor.post(create, personWith('89091230040'))).json).toEqual({ detail: 'Регистрация закрыта.' });
    await house.core.db.contest.update({ where: { id: contestId }, data: { isOpen: true } });
  });
});

describe('the winners', () => {
  beforeAll(async () => {
    const people = await addPeople(house, contestId, 250, 1000);
    await house.core.db.winner.createMany({
      data: people.map(({ id: participantId }, at) => ({ participantId, contestId, prize: `Приз ${at}` })),
    });
  });

  it('are nobody before the results are published', async () => {
    expect((await visitor.get(winners)).text).toBe('[]');
    expect((await visitor.get(`${winners}?phone=1000`)).text).toBe('[]');
  });

  it('are found by four digits once they are, masked, and listed by pages of a hundred', async () => {
    expect(await runOn(house, 'publish-results', [contestId])).toMatchObject([{ outcome: 'done' }]);
    expect((await visitor.get(`${winners}?phone=1000`)).json).toEqual([
      {
        prize: 'Приз 0',
        first_name: 'Имя1000',
        patronymic: 'Отчество1000',
        second_name: 'Ф',
        phone: '+7 (9**) *** 1000',
      },
    ]);
    expect((await visitor.get(`${winners}?phone=9876`)).text).toBe('[]');
    const first = await visitor.get(winners);
    expect(first.json).toHaveLength(100);
    expect(first.headers.get('link')).toBe(
      '<https://steward.example.org/api/participants/winners?page=1>; rel="first", <https://steward.example.org/api/participants/winners?page=2>; rel="next", <https://steward.example.org/api/participants/winners?page=3>; rel="last"',
    );
    expect((await visitor.get(`${winners}?page=3`)).json).toHaveLength(50);
    expect((await visitor.get(`${winners}?page=4`)).text).toBe('[]');
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.text).not.toMatch(/Фамилия|@example|1001000/);
  });

  it('of another contest have their own address', async () => {
    const other = await makeContest(house, { publishedAt: new Date() });
    expect((await visitor.get(`/api/contests/${other.slug}/participants/winners`)).text).toBe('[]');
    await visitor.post(`/api/contests/${other.slug}/participants/phone_verify/`, { phone: '89091239999' });
    expect(await house.core.db.phoneVerification.findFirst({ where: { phone: '+79091239999' } })).toMatchObject({
      contestId: other.id,
    });
    expect((await visitor.get(`/api/contests/${other.slug}`)).json).toMatchObject({
      title: 'City quiz',
      codeLength: 4,
    });
    expect((await visitor.get('/api/contests/current')).json).toMatchObject({ isPublished: true });
  });
});

describe('the stand-in for the operator', () => {
  const sent = { ...personWith('89091231212'), district_id: 41 };

  it('keeps what it gets and says so', async () => {
    const got = await visitor.send('POST', '/api/test/create/', {
      body: new URLSearchParams({ ...sent, district_id: '41' }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([got.status, got.json]).toEqual([201, { id: expect.any(Number), ...sent }]);
    expect((await visitor.post('/api/test/create/', { first_name: 'x' })).status).toBe(400);
  });

  it('is not there in production', async () => {
    const real = await openHouse({ NODE_ENV: 'production' });
    try {
      const got = await new Visitor(real.web).post('/api/test/create/', sent);
      expect(got.status).toBe(404);
      expect(await real.core.db.testSending.count()).toBe(0);
    } finally {
      await real.close();
    }
  });
});

it('works on an installation where nobody has made a contest yet', async () => {
  const fresh = await openHouse();
  try {
    const somebody = new Visitor(fresh.web);
    expect((await somebody.get(winners)).text).toBe('[]');
    expect((await somebody.post(verify, { phone: '89091231212' })).json).toEqual({
      success: true,
      sending: '89091231212',
    });
    expect(await fresh.core.db.contest.count({ where: { isCurrent: true } })).toBe(1);
  } finally {
    await fresh.close();
  }
});
