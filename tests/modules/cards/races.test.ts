// Many at once: a code takes one card, and no count loses one. Each with a control that goes wrong without the rule.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicActor } from '../../../src/core/index.ts';
import { createCard } from '../../../src/modules/cards/cards.ts';
import { type House, newCodes, newPerson, openHouse, type Person, publish, type Wire } from './cards-house.ts';

let house: House;
let people: Person[];
const attempts = Number(process.env.CARDS_ATTEMPTS ?? 200);
const scans = 120;

beforeAll(async () => {
  house = await openHouse();
  people = [];
  for (let n = 0; n < 4; n += 1) people.push(await newPerson(house));
});
afterAll(() => house?.close());

const all = <T>(count: number, work: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)));
const person = (n: number) => people[n % people.length]!;

describe('recording a code', () => {
  it(`happens once, of ${attempts} attempts at the same moment by several people`, async () => {
    const [code] = await newCodes(house, 1);
    const before = await house.core.db.greetingCard.count();
    const answers = await all(attempts, (n) =>
      person(n).persist('card_create', {
        card_info: { token: randomUUID(), qr_id: code, local_template: `attempt ${n}` },
      }),
    );
    const errors = answers.map(({ error }) => error);
    expect(errors.filter((error) => error === 0)).toHaveLength(1);
    expect(errors.filter((error) => error === 424)).toHaveLength(attempts - 1);
    expect(await house.core.db.greetingCard.count()).toBe(before + 1);
    const winner = answers.find(({ error }) => error === 0) as unknown as { card_info: { token: string } };
    const row = await house.core.db.qrCode.findUniqueOrThrow({ where: { uniqueId: code }, include: { card: true } });
    expect(row.card?.handleAsGiven).toBe(winner.card_info.token);
    for (const { error, qr_info } of answers)
      if (error === 424) expect(qr_info).toMatchObject({ is_recorded: true, card_token: winner.card_info.token });
  });

  it('goes wrong without the condition under the row’s lock: the same steps, looking first and writing after', async () => {
    const [code = ''] = await newCodes(house, 1);
    const account = await house.core.db.cardAccount.findFirstOrThrow();
    const record = async (n: number) =>
      house.core.transaction(publicActor, async ({ tx }) => {
        const found = await tx.qrCode.findUniqueOrThrow({ where: { uniqueId: code } });
        if (found.recordedAt) return false;
        const handle = randomUUID().replaceAll('-', '');
        const data = { handle, handleAsGiven: handle, authorId: account.id, template: `"control ${n}"` };
        const card = await tx.greetingCard.create({ data });
        await tx.qrCode.update({ where: { uniqueId: code }, data: { recordedAt: new Date(), cardId: card.id } });
        return true;
      });
    const won = (await all(40, record)).filter(Boolean);
    expect(won.length).toBeGreaterThan(1);
  });

  it('leaves no card behind that found its code taken, also by the service itself', async () => {
    const [code = ''] = await newCodes(house, 1);
    const account = await house.core.db.cardAccount.findFirstOrThrow();
    const make = () =>
      house.core.transaction(publicActor, (work) =>
        createCard(work, account.id, {
          token: randomUUID(),
          qrId: code,
          template: 'x',
          isEditable: true,
          isPublic: true,
          visibleAt: null,
        }),
      );
    const before = await house.core.db.greetingCard.count();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, make));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await house.core.db.greetingCard.count()).toBe(before + 1);
  });

  it('of one token by many at once one card is made', async () => {
    const token = randomUUID();
    const answers = await all(40, (n) =>
      person(n).persist('card_create', { card_info: { token, local_template: 'x' } }),
    );
    const errors = answers.map(({ error }) => error);
    expect([errors.filter((one) => one === 0).length, errors.filter((one) => one === 434).length]).toEqual([1, 39]);
  });
});

describe('counts', () => {
  it('every scan is counted, and each answer tells another number from before', async () => {
    const [code] = await newCodes(house, 1);
    const answers: Wire[] = [];
    for (let wave = 0; wave < scans / 30; wave += 1)
      answers.push(...(await all(30, (n) => person(n).persist('qr_query', { qr_id: code }))));
    const told = answers.map(({ qr_info }) => (qr_info as { scan_count: number }).scan_count).sort((a, b) => a - b);
    expect(told).toEqual(Array.from({ length: scans }, (_, n) => n));
    const row = await house.core.db.qrCode.findUniqueOrThrow({ where: { uniqueId: code }, include: { scans: true } });
    expect([row.scanCount, row.scans.reduce((sum, { count }) => sum + count, 0)]).toEqual([scans, scans]);
  });

  it('every reading but the author’s is counted, and the first reader stays the first', async () => {
    const token = await publish(person(0));
    await all(40, (n) => person(n).persist('card_query', { token }));
    const card = await house.core.db.greetingCard.findFirstOrThrow({
      where: { handleAsGiven: token },
      include: { readBy: true },
    });
    expect(card.viewCount).toBe(30);
    expect(people.slice(1).map(({ email }) => email)).toContain(card.readBy?.email);
    const first = card.readById;
    await all(8, (n) => person(n).persist('card_query', { token }));
    expect((await house.core.db.greetingCard.findUniqueOrThrow({ where: { id: card.id } })).readById).toBe(first);
  });

  it('a count that is read and then written loses some: the control', async () => {
    const [code = ''] = await newCodes(house, 1);
    await all(50, async () => {
      const { scanCount } = await house.core.db.qrCode.findUniqueOrThrow({ where: { uniqueId: code } });
      await house.core.db.qrCode.update({ where: { uniqueId: code }, data: { scanCount: scanCount + 1 } });
    });
    expect((await house.core.db.qrCode.findUniqueOrThrow({ where: { uniqueId: code } })).scanCount).toBeLessThan(50);
  });

  it('every change is counted', async () => {
    const token = await publish(person(0));
    await all(20, (n) => person(0).persist('card_edit', { token, card_info: { local_template: `change ${n}` } }));
    expect((await house.core.db.greetingCard.findFirstOrThrow({ where: { handleAsGiven: token } })).editedCount).toBe(
      20,
    );
  });
});
