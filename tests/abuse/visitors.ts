// Who calls the public API: nobody, keys of every kind, and the people of each module with what they sign in with.
import { systemActor } from '../../src/core/access.ts';
import { createApiKey } from '../../src/core/people/api-keys.ts';
import { startSession } from '../../src/modules/cards/sessions.ts';
import { keptKey } from '../../src/modules/workshops/login-keys.ts';
import { setCredential } from '../../src/modules/workshops/managers.ts';
import { Visitor } from '../kit/http.ts';
import { type AbuseHouse, type Caller, password } from './abuse-house.ts';

/** Somebody who asks: with which headers, as which role, and which rows are about themselves. */
export interface Visit {
  name?: string;
  visitor: Visitor;
  headers?: Record<string, string | undefined>;
  caller?: Caller;
  own?: Readonly<Record<string, string | undefined>>;
}

const credential = 'Lantern7Orchid';
const loginKey = 'QZATTENDEE1';

/** Signs everybody in. */
export async function apiCallers(house: AbuseHouse, callers: ReadonlyMap<string, Caller>): Promise<Visit[]> {
  const { core, web, own } = house;
  const caller = (name: string) => callers.get(name)!;
  const visit = (name: string, authorization: string, more: Partial<Visit> = {}): Visit => ({
    name,
    visitor: new Visitor(web),
    headers: { origin: undefined, authorization },
    ...more,
  });
  const keyed = (name: string) => visit(`key of ${name}`, `Bearer ${caller(name).key}`, { caller: caller(name) });
  const cookie = await core.transaction(systemActor, (work) => startSession(work, own.CardAccount ?? ''));
  return [
    visit('nobody', ''),
    ...['administrator', 'nobody', 'certificates manager', 'campaign organiser', 'clubs manager'].map(keyed),
    await organiser(house, visit),
    visit('club', await clubToken(house, caller('club')), { caller: caller('club'), own }),
    visit('clubs administrator', await clubsToken(house, caller('clubs manager')), { caller: caller('clubs manager') }),
    visit('workshops manager', await managerToken(house, caller('workshops manager')), {
      caller: caller('workshops manager'),
    }),
    visit('attendee', await attendeeToken(house), { own: { Attendee: own.Attendee } }),
    visit('card account', '', {
      headers: { origin: undefined, cookie: `sessionid=${cookie}` },
      own: { CardAccount: own.CardAccount },
    }),
  ];
}

async function organiser(
  { core, own }: AbuseHouse,
  visit: (name: string, authorization: string, more: Partial<Visit>) => Visit,
): Promise<Visit> {
  const scopeId = own.Campaign ?? '';
  const permissions = ['certificates:organise', 'certificates:read', 'certificates:send'];
  const { key, id } = await core.transaction(systemActor, (work) =>
    createApiKey(work, { name: 'organiser', permissions, scopeId }),
  );
  const role = { name: 'organiser', permissions, scope: 'key' };
  const caller = { role, scopeId, operatorId: id, visitor: new Visitor({ url: '', port: 0 }), key };
  return visit('key of an organiser', `Bearer ${key}`, { caller });
}

async function tokenFrom({ web }: AbuseHouse, path: string, body: unknown): Promise<string> {
  const { json, status, text } = await new Visitor(web).post(path, body);
  if (typeof json?.token !== 'string') throw new Error(`${path}: ${status} ${text}`);
  return json.token;
}

async function clubToken(house: AbuseHouse, caller: Caller): Promise<string> {
  const data = { state: 'approved' as const, operatorId: caller.operatorId };
  await house.core.db.club.update({ where: { id: house.own.Club ?? '' }, data });
  return clubsToken(house, caller);
}

async function clubsToken(house: AbuseHouse, { operatorId }: Caller): Promise<string> {
  const { email } = await house.core.db.operator.findUniqueOrThrow({ where: { id: operatorId } });
  return tokenFrom(house, '/api/session', { account: email, password });
}

async function managerToken(house: AbuseHouse, { operatorId }: Caller): Promise<string> {
  await house.core.transaction(systemActor, (work) => setCredential(work, operatorId, credential));
  return `Bearer ${await tokenFrom(house, '/auth/login', { credential, admin_login: 1 })}`;
}

async function attendeeToken(house: AbuseHouse): Promise<string> {
  const data = keptKey(house.core, loginKey);
  await house.core.db.attendee.update({ where: { id: house.own.Attendee ?? '' }, data });
  return `Bearer ${await tokenFrom(house, '/auth/login', { credential: loginKey, admin_login: 0 })}`;
}

/** Returns what stands in the place of addresses' parameters: numbers and names of the rows that are there. */
export async function parameterValues({ core, own, other }: AbuseHouse): Promise<Record<string, string[]>> {
  const { db } = core;
  const [contests, pictures, resources] = await Promise.all([
    db.contest.findMany({ select: { slug: true } }),
    db.accountPicture.findMany({ select: { name: true } }),
    db.cardResource.findMany({ select: { name: true } }),
  ]);
  const both = (model: string) => [own[model], other[model]].flatMap((id) => id ?? []);
  return {
    id: ['1', '2'],
    uid: ['1', '2'],
    slug: contests.map(({ slug }) => slug),
    file: pictures.map(({ name }) => name),
    '/static/card_res id': resources.map(({ name }) => name),
    '/api/draws id': both('Draw'),
    '/api/runs id': both('Run'),
  };
}
