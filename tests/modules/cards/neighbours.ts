// Neighbours for tests of who may see and do what: somebody with a card of each kind, others who look, one who is banned, one who holds a code.
import { createHash, randomUUID } from 'node:crypto';
import { systemActor } from '../../../src/core/index.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { type House, newCodes, newPerson, Person, picture, publish } from './cards-house.ts';

/** Who there is. */
export type Who = 'anonymous' | 'reader' | 'author' | 'other' | 'banned' | 'holder';

/** Makes the neighbours; the author has an open card, one for later and a private one. */
export async function makeNeighbours(house: House) {
  const [reader, author, other, banned, holder] = await Promise.all(Array.from({ length: 5 }, () => newPerson(house)));
  const people: Record<Who, Person> = {
    anonymous: new Person(house.web),
    reader: reader!,
    author: author!,
    other: other!,
    banned: banned!,
    holder: holder!,
  };
  const bytes = await picture(300, 200).png().toBuffer();
  const hash = createHash('sha256').update(bytes).digest('hex');
  const { id } = await people.author.upload('card_res', 'res', { bytes, type: 'image/png' });
  const resourceUrl = `/static/card_res/${id}`;
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
  const [privateCode = ''] = await newCodes(house, 1);
  const open = await publish(people.author, { local_template: { content: 'open words' } });
  const early = await publish(people.author, { local_template: template, visible_at: later });
  const hidden = await publish(people.author, {
    local_template: { content: 'private words' },
    is_public: false,
    qr_id: privateCode,
  });
  const { id: bannedId } = await accountOf(house, people.banned);
  await runCardAction(house, 'ban-account', bannedId, { reason: 'Test of bans' });
  const tokens: Record<string, string> = { open, early, private: hidden };
  return { people, hash, resourceUrl, privateCode, tokens };
}

/** Returns somebody's account. */
export function accountOf({ core }: House, { email }: Person) {
  return core.db.cardAccount.findUniqueOrThrow({ where: { email } });
}

/** Returns the card behind a token. */
export function cardOf({ core }: House, token = '') {
  return core.db.greetingCard.findFirstOrThrow({ where: { handleAsGiven: token } });
}

/** Runs an action of the cards on one record and tells what became of it. */
export async function runCardAction(house: House, action: string, id: string, form: object = {}) {
  const { runId } = await runAction(house.core, systemActor, `cards.${action}`, {
    selection: { ids: [id] },
    form,
    idempotencyKey: randomUUID(),
  });
  const [item] = await house.core.db.runItem.findMany({ where: { runId } });
  const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
  return { outcome: item?.outcome, reason: item?.reason, fileId };
}
