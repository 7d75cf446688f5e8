// Who sees what: profiles, cards and files by a table over everybody; moderation; and a person who is erased is gone from rows, files and log.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import { listRecords, readRecord } from '../../../src/core/records/records.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { accounts } from '../../../src/modules/cards/account-resource.ts';
import { cards, resources } from '../../../src/modules/cards/card-resource.ts';
import { actorWith } from '../../kit/core.ts';
import { tablesWith } from '../../kit/dump.ts';
import { forget, handOut } from '../../kit/person.ts';
import { type House, keptFiles, newCodes, newPerson, openHouse, Person, picture, publish } from './cards-house.ts';

let house: House;
type Who = 'anonymous' | 'reader' | 'author' | 'other' | 'banned' | 'holder';
let people: Record<Who, Person>;
let hash: string;
let resourceUrl: string;
let privateCode: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  house = await openHouse();
  const [reader, author, other, banned, holder] = await Promise.all(Array.from({ length: 5 }, () => newPerson(house)));
  people = {
    anonymous: new Person(house.web),
    reader: reader!,
    author: author!,
    other: other!,
    banned: banned!,
    holder: holder!,
  };
  const bytes = await picture(300, 200).png().toBuffer();
  hash = createHash('sha256').update(bytes).digest('hex');
  const { id } = await people.author.upload('card_res', 'res', { bytes, type: 'image/png' });
  resourceUrl = `/static/card_res/${id}`;
  const profile = {
    nick: '小雨',
    mobile: '13800138000',
    birthday: '1972-03-21',
    gender: 1,
    introduction: 'Hello',
    province: '江苏',
    city: '南京',
    area: '邗江区',
  };
  await people.author.act('user_edit_profile', { profile });
  const template = { content: 'secret words', attachments_hashes: [hash] };
  const later = Math.floor(Date.now() / 1000) + 86_400;
  [privateCode = ''] = await newCodes(house, 1);
  tokens.open = await publish(people.author, { local_template: { content: 'open words' } });
  tokens.early = await publish(people.author, { local_template: template, visible_at: later });
  tokens.private = await publish(people.author, {
    local_template: { content: 'private words' },
    is_public: false,
    qr_id: privateCode,
  });
  await banPerson(people.banned);
});
afterAll(() => house?.close());

const accountOf = (person: Person) => house.core.db.cardAccount.findUniqueOrThrow({ where: { email: person.email } });
const cardOf = (token = '') => house.core.db.greetingCard.findFirstOrThrow({ where: { handleAsGiven: token } });
async function run(action: string, id: string, form: object = {}) {
  const { runId } = await runAction(house.core, systemActor, `cards.${action}`, {
    selection: { ids: [id] },
    form,
    idempotencyKey: randomUUID(),
  });
  const [item] = await house.core.db.runItem.findMany({ where: { runId } });
  const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
  return { outcome: item?.outcome, reason: item?.reason, fileId };
}
async function banPerson(person: Person) {
  return run('ban-account', (await accountOf(person)).id, { reason: 'Test of bans' });
}

describe('a profile', () => {
  const secrets = () => [people.author.email, '13800138000', '1972-03-21', '邗江区'];
  it.each(['reader', 'other', 'holder', 'anonymous'] as const)(
    'of another shows %s name, picture and words only',
    async (who) => {
      const action = who === 'anonymous' ? 'other_user_info' : 'user_info';
      const { number } = await accountOf(people.author);
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
    const { number } = await accountOf(people.author);
    for (const by of [{}, { user_id: number }, { user_email: people.author.email }]) {
      const text = JSON.stringify(await people.author.act('user_info', by));
      for (const secret of secrets()) expect(text).toContain(secret);
    }
  });

  it('of a banned account is nobody’s, and its session has ended', async () => {
    const { number } = await accountOf(people.banned);
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
    const proof = who === 'holder' ? { qr_id: privateCode } : {};
    const answer = await people[who].act('card_query', { token: tokens[which], ...proof });
    expect(answer.error).toBe(error);
    expect(JSON.stringify(answer).includes('words')).toBe(words);
    if (who !== 'author') expect(JSON.stringify(answer)).not.toContain(people.author.email);
    if (which === 'early' && !words) {
      expect(answer.card_info).toMatchObject({ local_template: null, resources: [], visible_at: expect.any(Number) });
      expect(JSON.stringify(answer)).not.toContain(hash);
      expect((await cardOf(tokens.early)).viewCount).toBe(0);
    }
  });

  it('that is private opens by its own code alone', async () => {
    const [another = ''] = await newCodes(house, 1);
    expect((await people.holder.act('card_query', { token: tokens.private, qr_id: another })).error).toBe(425);
    expect((await people.holder.act('card_query', { token: tokens.private, qr_id: '' })).error).toBe(425);
    expect(await people.anonymous.act('qr_query', { qr_id: privateCode })).toMatchObject({
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
    await banPerson(writer);
    expect((await people.reader.act('card_query', { token })).error).toBe(426);
    expect(await run('unban-account', (await accountOf(writer)).id)).toMatchObject({ outcome: 'done' });
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
    expect(await seen(resourceUrl)).toEqual([404, 404, 200, 404, 404]);
    await people.author.act('card_edit', { token: tokens.early, card_info: { visible_at: 0 } });
    expect(await seen(resourceUrl)).toEqual([200, 200, 200, 200, 200]);
    const { id } = await cardOf(tokens.early);
    await run('ban-card', id, { reason: 'Insulting' });
    expect(await seen(resourceUrl)).toEqual([404, 404, 404, 404, 404]);
    await run('restore-card', id);
    expect(await seen(resourceUrl)).toEqual([200, 200, 200, 200, 200]);
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

describe('moderation', () => {
  it('a report names nobody, brings its card to the top, and is closed by the ban, whose reason the author reads and answers', async () => {
    const token = await publish(people.author, { local_template: 'to be reported' });
    for (const who of ['anonymous', 'reader'] as const)
      expect((await people[who].act('card_report', { token, reason: 'insult', words: 'rude' })).error).toBe(0);
    const { id } = await cardOf(token);
    const operator = actorWith(['cards:read']);
    const list = await listRecords(house.core, operator, cards, parseListQuery(cards, operator, {}));
    expect(list.rows[0]).toMatchObject({ id, values: { openReports: 2 } });
    const rows = await house.core.db.$queryRaw<
      { row: string }[]
    >`SELECT r::text AS row FROM "CardReport" r WHERE "cardId" = ${id}`;
    for (const person of Object.values(people))
      expect(JSON.stringify(rows)).not.toContain((await accountIdOf(person)) ?? 'nobody');
    expect(await run('ban-card', id, { reason: 'Rude to a neighbour' })).toMatchObject({ outcome: 'done' });
    expect(await house.core.db.cardReport.count({ where: { cardId: id, handledAt: null } })).toBe(0);
    expect((await cardOf(token)).openReports).toBe(0);
    expect(await people.reader.act('card_query', { token })).not.toHaveProperty('banned_reason');
    expect(await people.author.act('card_query', { token })).toMatchObject({
      error: 426,
      banned_reason: 'Rude to a neighbour',
    });
    expect((await people.author.act('card_restore', { token })).error).toBe(426);
    expect((await people.other.act('card_appeal', { token, words: 'It is not' })).error).toBe(425);
    expect((await people.author.act('card_appeal', { token, words: 'It was a joke between friends' })).error).toBe(0);
    expect((await readRecord(house.core, operator, cards, id)).values).toMatchObject({
      appealNote: 'It was a joke between friends',
    });
    expect(await run('restore-card', id)).toMatchObject({ outcome: 'done' });
    expect((await people.reader.act('card_query', { token })).error).toBe(0);
  });

  it('closes reports without a ban', async () => {
    const token = await publish(people.author, { local_template: 'harmless' });
    await people.other.act('card_report', { token, reason: 'spam' });
    const { id } = await cardOf(token);
    expect(await run('dismiss-reports', id, { outcome: 'Harmless' })).toMatchObject({ outcome: 'done' });
    expect((await cardOf(token)).openReports).toBe(0);
    expect((await people.reader.act('card_query', { token })).error).toBe(0);
  });

  it('many reports at once are all counted', async () => {
    const token = await publish(people.author, { local_template: 'popular' });
    await Promise.all(Array.from({ length: 12 }, () => people.reader.act('card_report', { token, reason: 'other' })));
    const card = await cardOf(token);
    expect(card.openReports).toBe(await house.core.db.cardReport.count({ where: { cardId: card.id } }));
  });

  it('an operator without the permission sees no account and no author', async () => {
    const operator = actorWith(['cards:read']);
    await expect(
      listRecords(house.core, operator, accounts, parseListQuery(accounts, operator, {})),
    ).rejects.toMatchObject({ status: 403 });
    const list = await listRecords(house.core, operator, cards, parseListQuery(cards, operator, {}));
    expect(JSON.stringify(list)).not.toContain(people.author.email);
    expect(list.rows[0]?.values).not.toHaveProperty('authorId');
  });
});

async function accountIdOf(person: Person) {
  return (await house.core.db.cardAccount.findUnique({ where: { email: person.email } }))?.id;
}

describe('a person', () => {
  it('gets everything that is kept of them', async () => {
    const { id } = await accountOf(people.author);
    const { fileId } = await run('hand-out-data', id);
    const zip = (await house.core.files.bytes(fileId!)).toString('latin1');
    expect(zip).toContain('account-');
    expect(zip).toContain('.json');
  });

  it('is found by address and by telephone, and is forgotten with everything of theirs; what others show too stays', async () => {
    const person = await newPerson(house);
    const { id } = await accountOf(person);
    const mobile = '+8613911112222';
    await house.core.db.cardAccount.update({
      where: { id },
      data: { mobile, nick: 'Kanarie', introduction: 'Kanarie here' },
    });
    const [own, shared] = ['own', 'shared'].map((word) =>
      Buffer.concat([Buffer.from('ID3\x04\0\0'), Buffer.from(`${word} of Kanarie`), Buffer.alloc(300)]),
    ) as [Buffer, Buffer];
    for (const bytes of [own, shared]) await person.upload('card_res', 'res', { bytes, type: 'audio/mpeg' });
    await person.upload('avatar', 'avatar', {
      bytes: await picture(300, 300, '#0a0b0c').png().toBuffer(),
      type: 'image/png',
    });
    const hashes = [own, shared].map((bytes) => createHash('sha256').update(bytes).digest('hex'));
    await publish(person, { local_template: { content: 'Kanarie’s card', attachments_hashes: hashes } });
    await publish(people.other, { local_template: { content: 'also', attachments_hashes: hashes.slice(1) } });
    for (const asked of [{ email: person.email }, { phone: mobile }]) {
      const { records, files } = await handOut(house.core, asked);
      expect(records['accounts for greeting cards']).toMatchObject([
        { account: { email: person.email, profile: { mobile: mobile.slice('+86'.length) } } },
      ]);
      expect(JSON.stringify(records)).toContain('Kanarie’s card');
      expect(files.some((bytes) => bytes.equals(own))).toBe(true);
    }
    await forget(house.core, { phone: mobile });
    for (const mark of [person.email, 'Kanarie', mobile.slice('+86'.length)])
      expect([mark, await tablesWith(house.core, mark)]).toEqual([mark, []]);
    await house.startWorker();
    const names = (word: string) =>
      keptFiles(house).filter((file) => readFileSync(file).includes(`${word} of Kanarie`));
    while (names('own').length > 0) await new Promise((resolve) => setTimeout(resolve, 30));
    expect(names('shared')).toHaveLength(1);
  });

  it('once erased is in no row, no file and no log; the code of a card stays used; files of others stay', async () => {
    const canary = `canary${randomUUID().slice(0, 8)}`;
    const person = new Person(house.web);
    Object.assign(person, { email: `${canary}@example.org` });
    await person.register();
    const { id } = await house.core.db.cardAccount.findUniqueOrThrow({ where: { email: person.email } });
    const profile = {
      nick: canary,
      mobile: '13912345678',
      birthday: '1980-01-02',
      gender: 0,
      introduction: `${canary} here`,
      province: canary,
      city: '',
      area: '',
    };
    expect((await person.act('user_edit_profile', { profile })).error).toBe(0);
    const before = keptFiles(house).length;
    await person.upload('avatar', 'avatar', {
      bytes: await picture(300, 300, '#010203').png().toBuffer(),
      type: 'image/png',
    });
    const own = Buffer.concat([Buffer.from('ID3\x04\0\0'), Buffer.from(canary), Buffer.alloc(300)]);
    await person.upload('card_res', 'res', { bytes: own, type: 'audio/mpeg' });
    const ownHash = createHash('sha256').update(own).digest('hex');
    const [code = ''] = await newCodes(house, 1);
    const token = await publish(person, {
      qr_id: code,
      local_template: { content: canary, attachments_hashes: [ownHash, hash] },
    });
    await people.reader.act('card_query', { token });
    await person.act('card_query', { token: tokens.open });
    expect(keptFiles(house).length).toBeGreaterThan(before);
    expect(await run('erase-account', id)).toMatchObject({ outcome: 'done' });
    await house.core.files.sweep({ now: new Date(Date.now() + 2 * 86_400_000) });
    const { rows } = await house.core.database.pool.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    for (const { name } of rows) {
      const found = await house.core.database.pool.query(
        `SELECT t::text AS row FROM "${name}" t WHERE t::text ILIKE $1 OR t::text LIKE '%13912345678%'`,
        [`%${canary}%`],
      );
      expect([name, found.rows]).toEqual([name, []]);
    }
    for (const file of keptFiles(house)) expect(readFileSync(file).includes(canary)).toBe(false);
    expect(house.logged.join('\n')).not.toContain(canary);
    expect(await people.reader.act('qr_query', { qr_id: code })).toMatchObject({
      qr_info: { is_recorded: true, card_token: null },
      card_info: null,
    });
    expect((await people.author.act('res_query', { hash })).error).toBe(0);
    expect((await person.act('user_info')).error).toBe(403);
  });
});
