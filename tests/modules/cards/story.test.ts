// The seed's whole story by HTTP, step by step as a client walks it.
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { setMedia } from '../../../src/modules/cards/news.ts';
import { dateOf, today } from '../../../src/modules/cards/today.ts';
import { type House, newCodes, openHouse, Person, picture } from './cards-house.ts';

let house: House;
let author: Person;
let reader: Person;
let code: string;
let hash: string;
const token = randomUUID().toUpperCase();
const card = () => ({
  token,
  qr_id: code,
  local_template: {
    content: '说点什么吧…… \ufffc ',
    fontSize: 16,
    attachments: [{ type: 0, salt_hash: hash, location: 8, length: 1 }],
    attachments_hashes: [hash],
  },
  is_editable: true,
  is_public: true,
  visible_at: '1999-02-02 00:00:00',
});

beforeAll(async () => {
  house = await openHouse();
  author = new Person(house.web);
  reader = await new Person(house.web).register();
  [code = ''] = await newCodes(house, 3, 7);
});
afterAll(() => house?.close());

describe('the story of a card', () => {
  it('begins with registering, signing out and signing in', async () => {
    const account = { email: author.email, pwd: author.pwd };
    expect(await author.act('user_register', { account })).toEqual({
      error: 0,
      time: expect.any(Number),
      timestamp: expect.any(Number),
    });
    expect((await author.act('user_register', { account })).error).toBe(405);
    expect((await author.act('user_logout')).error).toBe(0);
    expect((await author.act('user_info')).error).toBe(403);
    expect((await author.act('user_login', { account: { ...account, pwd: 'wrong' } })).error).toBe(406);
    expect((await author.act('user_login', { account })).error).toBe(0);
    expect(await author.act('user_info')).toMatchObject({
      error: 0,
      account_info: {
        user_id: expect.any(Number),
        email: author.email,
        registered_at: expect.any(Number),
        last_login_at: expect.any(Number),
        card_count: 0,
        has_profile: true,
        profile: { nick: author.email.split('@')[0], birthday: '', gender: 0, introduction: '' },
      },
    });
  });

  it('goes on with an avatar and a profile', async () => {
    const bytes = await picture(640, 480, '#aa2244').jpeg().toBuffer();
    const { error, id } = await author.upload('avatar', 'avater', { bytes, type: 'image/jpeg' });
    expect([error, id]).toEqual([0, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    const profile = {
      nick: '我叫 i_82',
      avatar: `\\static\\avatar\\${id}_300.png`,
      mobile: '13800138000',
      birthday: '1972-03-21',
      gender: 1,
      province: '江苏',
      city: '南京',
      area: '邗江区',
      introduction: '',
    };
    expect((await author.act('user_edit_profile', { profile })).error).toBe(0);
    const { account_info } = (await author.act('user_info')) as { account_info?: { profile: object } } & {
      error: number;
    };
    expect(account_info?.profile).toEqual(profile);
    for (const size of [300, 150, 60]) {
      const answer = await reader.get(`/static/avatar/${id}_${size}.png`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    }
  });

  it('a scan finds the code blank', async () => {
    expect(await reader.act('qr_query', { qr_id: code })).toMatchObject({
      error: 0,
      qr_info: { unique_id: code, channel: 7, is_recorded: false, scan_count: 0, recorded_at: null, card_token: null },
      card_info: null,
    });
  });

  it('the card may be published once its file is there', async () => {
    const bytes = await picture(500, 400, '#22aa44').png().toBuffer();
    hash = createHash('sha256').update(bytes).digest('hex');
    expect(await author.act('card_create_query', { card_info: card() })).toMatchObject({ error: 0, token });
    expect((await author.act('card_create', { card_info: card() })).error).toBe(430);
    expect((await author.act('res_query', { hash })).error).toBe(404);
    const { error, id } = await author.upload('card_res', 'res', { bytes, type: 'image/png' });
    expect(error).toBe(0);
    expect(await author.act('res_query', { hash })).toMatchObject({ error: 0, res: { sha_256: hash, id } });
    const sha1 = createHash('sha1').update(bytes).digest('hex');
    expect(await reader.act('res_query', { hash: sha1 })).toMatchObject({ error: 0, res: { sha_256: hash, id } });
    expect(await author.act('card_create', { card_info: card() })).toMatchObject({
      error: 0,
      card_info: {
        token,
        author: {
          email: author.email,
          card_count: 1,
          profile: { nick: '我叫 i_82', mobile: '13800138000', birthday: '1972-03-21', city: '南京' },
        },
        local_template: card().local_template,
        view_count: 0,
        read_by: '',
        first_read_at: null,
        visible_at: 917_913_600,
        edited_count: 0,
        stars: 0,
      },
    });
  });

  it('the code takes no second card', async () => {
    const again = { ...card(), token: randomUUID() };
    for (const action of ['card_create', 'card_create_query'])
      expect(await author.act(action, { card_info: again })).toMatchObject({
        error: 424,
        qr_info: { is_recorded: true, card_token: token, unique_id: code },
      });
    expect((await author.act('card_create', { card_info: { ...card(), qr_id: undefined } })).error).toBe(434);
    expect((await author.act('card_create', { card_info: { ...again, qr_id: 'xxxx' } })).error).toBe(423);
  });

  it('another person scans, reads and sees the picture', async () => {
    const scan = await reader.act('qr_query', { qr_id: code });
    expect(scan).toMatchObject({
      qr_info: { scan_count: 1, is_recorded: true, card_token: token },
      card_info: { token },
    });
    const read = await reader.act('card_query', { token: token.toLowerCase().replaceAll('-', '') });
    expect(read).toMatchObject({
      error: 0,
      card_info: {
        token,
        view_count: 1,
        read_by: { email: reader.email, profile: { nick: reader.email.split('@')[0] } },
        first_read_at: expect.any(Number),
        author: { profile: { nick: '我叫 i_82' } },
      },
    });
    const [resource] = (read.card_info as { resources: { url: string; sha_256: string }[] }).resources;
    expect(resource?.sha_256).toBe(hash);
    expect((await new Person(house.web).get(resource?.url ?? '')).status).toBe(200);
    expect(await reader.act('my_read_history')).toMatchObject({ error: 0, total: 1, history: [{ token }] });
  });

  it('the author changes it, takes it back and restores it; nobody else does', async () => {
    const change = { token, card_info: { local_template: '<p>Changed</p>', visible_at: 0 } };
    expect((await reader.act('card_edit', change)).error).toBe(425);
    expect(await author.act('card_edit', change)).toMatchObject({
      error: 0,
      card_info: { local_template: '<p>Changed</p>', edited_count: 1, visible_at: 0 },
    });
    expect((await reader.act('card_delete', { token })).error).toBe(425);
    expect(await author.act('card_delete', { token })).toMatchObject({ error: 0, token });
    expect((await reader.act('card_query', { token })).error).toBe(426);
    expect((await author.act('card_edit', change)).error).toBe(426);
    expect(await reader.act('qr_query', { qr_id: code })).toMatchObject({ error: 0, card_info: null });
    expect((await reader.act('card_restore', { card_info: { token } })).error).toBe(425);
    expect(await author.act('card_restore', { card_info: { token } })).toMatchObject({ error: 0, token });
    expect((await reader.act('card_query', { token })).error).toBe(0);
    expect(await author.act('my_card_list', { from: 0, to: 9 })).toMatchObject({ total: 1, cards: [{ token }] });
    expect((await author.act('user_info')) as unknown).toMatchObject({ account_info: { card_count: 1 } });
    expect(await reader.act('history_delete', { token })).toMatchObject({ error: 0, count: 1 });
  });

  it('ends with the news of the day', async () => {
    const day = today();
    const bytes = await picture(300, 200).png().toBuffer();
    await house.core.db.newsItem.createMany({
      data: [
        { day: dateOf(day), text: 'News Card', position: 0 },
        { day: dateOf(day), text: 'Link Card', style: 'black', url: 'https://example.org', position: 1 },
        { day: dateOf(day), text: 'Draft', isDraft: true, position: 2 },
        { day: dateOf('2099-01-01'), text: 'Of another day' },
      ],
    });
    const first = await house.core.db.newsItem.findFirstOrThrow({ where: { text: 'News Card' } });
    await house.core.transaction(systemActor, (work) => setMedia(work, first, 'image', { bytes, type: 'image/png' }));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const answer = await new Person(house.web).act('news_query', { s_date: day });
    expect(answer).toMatchObject({
      error: 0,
      news: [
        {
          style: { style_id: 0, style_name: 'white' },
          string: 'News Card',
          image: { rid: expect.stringMatching(/^[0-9a-f]{32}$/), sha256 },
          audio: null,
          video: null,
          date: day,
          url: null,
          type: 0,
        },
        { style: { style_id: 1, style_name: 'black' }, string: 'Link Card', url: 'https://example.org', type: 1 },
      ],
    });
    expect(answer.news).toHaveLength(2);
    expect((await reader.act('news_query', { s_date: '2001-01-01' })).news).toEqual([]);
    expect((await reader.act('news_query', { s_date: '2099-01-01' })).news).toEqual([]);
    const [{ image }] = answer.news as [{ image: { rid: string } }];
    expect((await new Person(house.web).get(`/static/card_res/${image.rid}`)).status).toBe(200);
  });
});
