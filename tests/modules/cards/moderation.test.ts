// What moderators do with cards, and a person who is erased: gone from rows, files and log.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import { listRecords, readRecord } from '../../../src/core/records/records.ts';
import { accounts } from '../../../src/modules/cards/account-resource.ts';
import { cards } from '../../../src/modules/cards/card-resource.ts';
import { actorWith } from '../../kit/core.ts';
import { tablesWith } from '../../kit/dump.ts';
import { forget, handOut } from '../../kit/person.ts';
import { type House, keptFiles, newCodes, newPerson, openHouse, Person, picture, publish } from './cards-house.ts';
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

describe('moderation', () => {
  it('a report names nobody, brings its card to the top, and is closed by the ban, whose reason the author reads and answers', async () => {
    const token = await publish(people.author, { local_template: 'to be reported' });
    for (const who of ['anonymous', 'reader'] as const)
      expect((await people[who].act('card_report', { token, reason: 'insult', words: 'rude' })).error).toBe(0);
    const { id } = await cardOf(house, token);
    const operator = actorWith(['cards:read']);
    const list = await listRecords(house.core, operator, cards, parseListQuery(cards, operator, {}));
    expect(list.rows[0]).toMatchObject({ id, values: { openReports: 2 } });
    const rows = await house.core.db.$queryRaw<
      { row: string }[]
    >`SELECT r::text AS row FROM "CardReport" r WHERE "cardId" = ${id}`;
    for (const person of Object.values(people))
      expect(JSON.stringify(rows)).not.toContain((await accountIdOf(person)) ?? 'nobody');
    expect(await runCardAction(house, 'ban-card', id, { reason: 'Rude to a neighbour' })).toMatchObject({
      outcome: 'done',
    });
    expect(await house.core.db.cardReport.count({ where: { cardId: id, handledAt: null } })).toBe(0);
    expect((await cardOf(house, token)).openReports).toBe(0);
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
    expect(await runCardAction(house, 'restore-card', id)).toMatchObject({ outcome: 'done' });
    expect((await people.reader.act('card_query', { token })).error).toBe(0);
  });

  it('closes reports without a ban', async () => {
    const token = await publish(people.author, { local_template: 'harmless' });
    await people.other.act('card_report', { token, reason: 'spam' });
    const { id } = await cardOf(house, token);
    expect(await runCardAction(house, 'dismiss-reports', id, { outcome: 'Harmless' })).toMatchObject({
      outcome: 'done',
    });
    expect((await cardOf(house, token)).openReports).toBe(0);
    expect((await people.reader.act('card_query', { token })).error).toBe(0);
  });

  it('many reports at once are all counted', async () => {
    const token = await publish(people.author, { local_template: 'popular' });
    await Promise.all(Array.from({ length: 12 }, () => people.reader.act('card_report', { token, reason: 'other' })));
    const card = await cardOf(house, token);
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
    const { id } = await accountOf(house, people.author);
    const { fileId } = await runCardAction(house, 'hand-out-data', id);
    const zip = (await house.core.files.bytes(fileId!)).toString('latin1');
    expect(zip).toContain('account-');
    expect(zip).toContain('.json');
  });

  it('is found by address and by telephone, and is forgotten with everything of theirs; what others show too stays', async () => {
    const person = await newPerson(house);
    const { id } = await accountOf(house, person);
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
    await person.act('card_query', { token: made.tokens.open });
    expect(keptFiles(house).length).toBeGreaterThan(before);
    expect(await runCardAction(house, 'erase-account', id)).toMatchObject({ outcome: 'done' });
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
