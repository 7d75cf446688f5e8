// Who sees what: profiles, cards and files by a table over everybody.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import { listRecords } from '../../../src/core/records/records.ts';
import { accounts } from '../../../src/modules/cards/account-resource.ts';
import { cards, resources } from '../../../src/modules/cards/card-resource.ts';
import { actorWith } from '../../kit/core.ts';
import { type House, newCodes, newPerson, openHouse, type Person, picture, publish } from './cards-house.ts';
import { accountOf, cardOf, makeNeighbours, runCardAction, type Who } from './neighbours.ts';

let house: House;
let made: Awaited<ReturnType<typeof makeNeighbours>>;
let people: Record<Who, Person>;
let hash: string;

beforeAll(async () => {
  house = await openHouse();
  made = await makeNeighbours(house);
  ({ people, hash } = made);
});
afterAll(() => house?.close());

describe('a profile', () => {
  const secrets = () => [people.author.email, '13800138000', '1972-03-21', '邗江区'];
  it.each(['reader', 'other', 'holder', 'anonymous'] as const)(
    'of another shows %s name, picture and words only',
    async (who) => {
      const action = who === 'anonymous' ? 'other_user_info' : 'user_info';
      const { number } = await accountOf(house, people.author);
      for (const by of [{ user_id: number }, { user_email: people.author.email }]) {
        const answer = await people[who].act(action, by);
        expect(answer).toMatchObject({
          error: 0,
          account_info: { user_id: number, profile: { nick: '小雨', introduction: 'Hello' } },
        });
        for (const secret of secrets()) expect(JSON.stringify(answer)).not.toContain(secret);
      }
    },
  );

  it('is whole for its owner alone', async () => {
    const { number } = await accountOf(house, people.author);
    for (const by of [{}, { user_id: number }, { user_email: people.author.email }]) {
      const text = JSON.stringify(await people.author.act('user_info', by));
      for (const secret of secrets()) expect(text).toContain(secret);
    }
  });

  it('of a banned account is nobody’s, and its session has ended', async () => {
    const { number } = await accountOf(house, people.banned);
    expect((await people.reader.act('user_info', { user_id: number })).error).toBe(404);
    expect((await people.banned.act('user_info')).error).toBe(403);
    const account = { email: people.banned.email, pwd: people.banned.pwd };
    expect((await people.banned.act('user_login', { account })).error).toBe(407);
    expect((await people.banned.act('user_login', { account: { ...account, pwd: 'wrong' } })).error).toBe(406);
  });
});

describe('a card', () => {
  const table: [which: string, who: Who, error: number, words: boolean][] = [
    ['open', 'anonymous', 0, true],
    ['open', 'reader', 0, true],
    ['open', 'author', 0, true],
    ['open', 'other', 0, true],
    ['open', 'banned', 0, true],
    ['open', 'holder', 0, true],
    ['early', 'anonymous', 0, false],
    ['early', 'reader', 0, false],
    ['early', 'author', 0, true],
    ['early', 'other', 0, false],
    ['early', 'banned', 0, false],
    ['private', 'anonymous', 425, false],
    ['private', 'reader', 425, false],
    ['private', 'author', 0, true],
    ['private', 'other', 425, false],
    ['private', 'banned', 425, false],
    ['private', 'holder', 0, true],
  ];
  it.each(table)('that is %s answers %s with %i, its words shown: %s', async (which, who, error, words) => {
    const proof = who === 'holder' ? { qr_id: made.privateCode } : {};
    const answer = await people[who].act('card_query', { token: made.tokens[which], ...proof });
    expect(answer.error).toBe(error);
    expect(JSON.stringify(answer).includes('words')).toBe(words);
    if (who !== 'author') expect(JSON.stringify(answer)).not.toContain(people.author.email);
    if (which === 'early' && !words) {
      expect(answer.card_info).toMatchObject({ local_template: null, resources: [], visible_at: expect.any(Number) });
      expect(JSON.stringify(answer)).not.toContain(hash);
      expect((await cardOf(house, made.tokens.early)).viewCount).toBe(0);
    }
  });

  it('that is private opens by its own code alone', async () => {
    const [another = ''] = await newCodes(house, 1);
    expect((await people.holder.act('card_query', { token: made.tokens.private, qr_id: another })).error).toBe(425);
    expect((await people.holder.act('card_query', { token: made.tokens.private, qr_id: '' })).error).toBe(425);
    expect(await people.anonymous.act('qr_query', { qr_id: made.privateCode })).toMatchObject({
      card_info: { local_template: { content: 'private words' } },
    });
  });

  it('once read and then made private is not in the reader’s history any more', async () => {
    const token = await publish(people.author, { local_template: 'was open' });
    await people.reader.act('card_query', { token });
    await people.author.act('card_edit', { token, card_info: { is_public: false, local_template: 'now closed' } });
    const text = JSON.stringify(await people.reader.act('my_read_history'));
    expect(text).toContain(token);
    expect(text).not.toContain('now closed');
  });

  it('of a banned account is shown to nobody until the ban is lifted', async () => {
    const writer = await newPerson(house);
    const token = await publish(writer);
    await runCardAction(house, 'ban-account', (await accountOf(house, writer)).id, { reason: 'Test of bans' });
    expect((await people.reader.act('card_query', { token })).error).toBe(426);
    expect(await runCardAction(house, 'unban-account', (await accountOf(house, writer)).id)).toMatchObject({
      outcome: 'done',
    });
    expect((await people.reader.act('card_query', { token })).error).toBe(0);
    expect((await writer.act('user_info')).error).toBe(403);
  });
});

describe('a file of a card', () => {
  const who = ['anonymous', 'reader', 'author', 'other', 'banned'] as const;
  const load = (person: Person, url: string) => person.get(url).then(({ status }) => status);
  const seen = (url: string) => Promise.all(who.map((one) => load(people[one], url)));
  const withFile = async (shade: string, more: object) => {
    const bytes = await picture(40, 30, shade).png().toBuffer();
    const { id, sha_256 } = await people.author.upload('card_res', 'res', { bytes, type: 'image/png' });
    const local_template = { content: 'with a file', attachments_hashes: [sha_256] };
    return { url: `/static/card_res/${id}`, token: await publish(people.author, { local_template, ...more }) };
  };

  it('is shown as its card is: before the time to its author alone, then to everybody, after a ban to nobody', async () => {
    expect(await seen(made.resourceUrl)).toEqual([404, 404, 200, 404, 404]);
    await people.author.act('card_edit', { token: made.tokens.early, card_info: { visible_at: 0 } });
    expect(await seen(made.resourceUrl)).toEqual([200, 200, 200, 200, 200]);
    const { id } = await cardOf(house, made.tokens.early);
    await runCardAction(house, 'ban-card', id, { reason: 'Insulting' });
    expect(await seen(made.resourceUrl)).toEqual([404, 404, 404, 404, 404]);
    await runCardAction(house, 'restore-card', id);
    expect(await seen(made.resourceUrl)).toEqual([200, 200, 200, 200, 200]);
  });

  it('of a private card is loaded by its author and by whoever holds its code alone', async () => {
    const [code = '', another = ''] = await newCodes(house, 2);
    const { url, token } = await withFile('#101010', { is_public: false, qr_id: code });
    expect(await seen(url)).toEqual([404, 404, 200, 404, 404]);
    const answer = await people.holder.act('card_query', { token, qr_id: code });
    const [file] = (answer.card_info as { resources: { url: string }[] }).resources;
    expect(await load(people.holder, file?.url ?? '')).toBe(200);
    for (const wrong of [another, '', '%', 'f'.repeat(32), '../x'])
      expect([wrong, await load(people.holder, `${url}?qr_id=${encodeURIComponent(wrong)}`)]).toEqual([wrong, 404]);
  });

  it('that was taken back with its card stays with its author', async () => {
    const { url, token } = await withFile('#202020', {});
    await people.author.act('card_delete', { token });
    expect(await seen(url)).toEqual([404, 404, 200, 404, 404]);
  });

  it('is found by its hash by whoever has it, which opens nothing', async () => {
    const { url } = await withFile('#303030', { is_public: false });
    const sha = createHash('sha256')
      .update(await picture(40, 30, '#303030').png().toBuffer())
      .digest('hex');
    const { res } = (await people.other.act('res_query', { hash: sha })) as unknown as { res: { id: string } };
    expect(url).toBe(`/static/card_res/${res.id}`);
    expect(await load(people.other, url)).toBe(404);
  });
});

describe('an operator', () => {
  const all = ['cards:read', 'cards:accounts', 'cards:news', 'cards:print', 'cards:moderate', 'cards:export'];
  const table: [permissions: string[], accounts: number, cards: number, files: number, author: boolean][] = [
    [[], 403, 403, 403, false],
    [['contests:read'], 403, 403, 403, false],
    [['cards:read'], 403, 200, 200, false],
    [['cards:accounts'], 200, 403, 403, false],
    [all, 200, 200, 200, true],
  ];
  it.each(table)('who may %j: accounts %i, cards %i, files %i; sees authors: %s', async (may, ...expected) => {
    const operator = actorWith(may);
    const listed = async (one: typeof accounts | typeof cards | typeof resources) => {
      try {
        return await listRecords(
          house.core,
          operator,
          one as typeof cards,
          parseListQuery(one as typeof cards, operator, {}),
        );
      } catch (error) {
        return error as { status: number };
      }
    };
    const lists = [await listed(accounts), await listed(cards), await listed(resources)] as const;
    const statuses = lists.map((list) => ('status' in list ? list.status : 200));
    const [, ofCards] = lists;
    const seesAuthor = 'rows' in ofCards && Object.hasOwn(ofCards.rows[0]?.values ?? {}, 'authorId');
    expect([...statuses, seesAuthor]).toEqual(expected);
    expect(JSON.stringify(lists)).not.toMatch(/argon2|passwordHash|tokenHash/);
  });
});
