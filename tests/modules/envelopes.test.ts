// What the core refuses on the routes of a module is said as the module's contract says refusals: in its shape and its language. From the
// declarations, so that a new route is under it without being named here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { houseModule } from '../../src/core/house/module.ts';
import { addressKey } from '../../src/core/limits.ts';
import { configureLog } from '../../src/core/log.ts';
import type { ModuleDeclaration } from '../../src/core/module.ts';
import type { AnyRoute } from '../../src/core/route.ts';
import { modules } from '../../src/modules/index.ts';
import { type TestCore, testCore } from '../kit/core.ts';
import { type Answered, openTestWeb, type TestWeb, Visitor } from '../kit/http.ts';

let house: TestCore;
let web: TestWeb;
let visitor: Visitor;

beforeAll(async () => {
  configureLog({ level: 'error', readable: false, write: () => {} });
  house = await testCore([...modules]);
  web = await openTestWeb(house.core);
  visitor = new Visitor(web);
});
afterAll(async () => {
  await web?.close();
  await house?.close();
});

type Routes = NonNullable<ModuleDeclaration['routes']>;
type Failure = Parameters<Routes['envelope']['failure']>[0];
const speaking = [houseModule, ...modules].flatMap(({ name, routes }) => (routes ? [[name, routes] as const] : []));

/** An address that the route takes; undefined where its parts are of a shape that nobody can guess. */
function addressOf({ path, params }: AnyRoute): string | undefined {
  for (const part of ['1', 'ab', '01890000-0000-7000-8000-000000000000']) {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
    if (!params || params.safeParse(Object.fromEntries(names.map((name) => [name, part]))).success)
      return path.replace(/:\w+/g, part);
  }
  return undefined;
}

/** Says how an answer differs from what the module's envelope makes of such a refusal; nothing where it does not. */
function strange({ envelope }: Routes, got: Answered, failure: Partial<Failure>, language: string): string[] {
  const expected = envelope.failure({ code: 'x', status: 400, message: 'x', fields: {}, ...failure });
  const shape = (body: unknown) => JSON.stringify(Object.keys(Object(body)).sort());
  const isRussian = /\p{Script=Cyrillic}/u.test(got.text);
  const shouldBe = envelope.language !== undefined && (language === 'ru' || language === 'xx');
  return [
    ...(got.status === expected.status ? [] : [`answers ${got.status} and not ${expected.status}`]),
    ...(shape(got.json) === shape(expected.body)
      ? []
      : [`says ${got.text} and not as ${JSON.stringify(expected.body)}`]),
    ...(isRussian === shouldBe ? [] : [`speaks ${isRussian ? 'Russian' : 'no Russian'} to ${language}: ${got.text}`]),
  ];
}

/** Calls `ask` for each address and language and gathers what is strange. */
async function gather(
  routes: Routes,
  ask: (
    route: AnyRoute,
    address: string,
  ) => { method: string; path?: string; body?: Buffer; type?: string } | undefined,
  failure: Partial<Failure> | ((route: AnyRoute) => Partial<Failure>),
): Promise<{ asked: number; wrong: string[] }> {
  const wrong: string[] = [];
  let asked = 0;
  for (const route of routes.list) {
    const address = addressOf(route);
    const call = address === undefined ? undefined : ask(route, address);
    if (!call || address === undefined) continue;
    for (const language of ['ru', 'en', 'xx']) {
      const headers = { 'accept-language': language, ...(call.type && { 'content-type': call.type }) };
      const got = await visitor.send(call.method, call.path ?? address, { headers, body: call.body });
      asked += 1;
      const kind = typeof failure === 'function' ? failure(route) : failure;
      wrong.push(...strange(routes, got, kind, language).map((one) => `${call.method} ${address} ${one}`));
    }
  }
  return { asked, wrong };
}

// Routes that ask first who calls say 401 before they look at the body: see abuse/strangers-first.
const isOpen = ({ permission, needsKey, refusesForeign, admits }: AnyRoute) =>
  !permission && !needsKey && !refusesForeign && !admits;
const readsJson = (route: AnyRoute) =>
  isOpen(route) &&
  route.body &&
  (route.query?.safeParse({}).success ?? true) &&
  !(route.accepts && !route.accepts.some((one) => /json/.test(one)));
const json = 'application/json';

describe.each(speaking)('what the core refuses on the routes of %s', (name, routes) => {
  it('is said in the contract’s way: a method that there is not', async () => {
    const { asked, wrong } = await gather(routes, () => ({ method: 'PATCH' }), { code: 'method', status: 405 });
    expect(asked).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });

  it('is said in the contract’s way: an address beside them', async () => {
    // A folder that several modules share speaks as the first of them does.
    const isOwn = (folder: string) =>
      speaking.find(([, { list }]) => list.some(({ path }) => folderOf(path) === folder))?.[0] === name;
    const ask = ({ path }: AnyRoute) => {
      const folder = folderOf(path);
      return folder && isOwn(folder) ? { method: 'GET', path: `${folder}/no-such/thing/at-all` } : undefined;
    };
    const { wrong } = await gather(routes, ask, { code: 'not-found', status: 404 });
    expect(wrong).toEqual([]);
  });

  it('is said in the contract’s way: JSON that is none', async () => {
    const ask = (route: AnyRoute) =>
      readsJson(route) ? { method: route.method.toUpperCase(), body: Buffer.from('{"a":'), type: json } : undefined;
    expect((await gather(routes, ask, { code: 'invalid', status: 400 })).wrong).toEqual([]);
  });

  it('is said in the contract’s way: a body of another kind', async () => {
    const ask = (route: AnyRoute) =>
      readsJson(route) && !route.accepts?.includes('any-json')
        ? { method: route.method.toUpperCase(), body: Buffer.from('<a/>'), type: 'application/xml' }
        : undefined;
    expect((await gather(routes, ask, { code: 'media-type', status: 415 })).wrong).toEqual([]);
  });

  it('is said in the contract’s way: a body over the limit', async () => {
    const ask = (route: AnyRoute) => {
      const most = route.maxBytes ?? 1024 * 1024;
      if (!readsJson(route) || most > 100_000) return undefined;
      return { method: route.method.toUpperCase(), body: Buffer.alloc(most + 1, 0x20), type: json };
    };
    expect((await gather(routes, ask, { code: 'too-large', status: 413 })).wrong).toEqual([]);
  });

  it('is said in the contract’s way: too many calls', async () => {
    const rules = new Map(routes.list.flatMap(({ limits = [] }) => limits.map((rule) => [rule.name, rule] as const)));
    for (const rule of rules.values())
      for (const address of ['127.0.0.1', '::ffff:127.0.0.1'])
        await house.core.limits.consume(rule, addressKey(address), rule.points + 1).catch(() => {});
    const ask = ({ method, limits = [] }: AnyRoute) =>
      limits.length > 0 ? { method: method.toUpperCase() } : undefined;
    const { wrong } = await gather(routes, ask, { code: 'too-many', status: 429, retryAfter: 1 });
    await house.core.db.rateLimit.deleteMany();
    expect(wrong).toEqual([]);
  });
});

it('the contract of the contests has the original’s sentence for a method that there is not', async () => {
  const got = await visitor.send('GET', '/api/participants/create/', { headers: {} });
  expect([got.status, got.json]).toEqual([405, { detail: 'Метод "GET" не разрешен.' }]);
});

function folderOf(path: string): string {
  const fixed = path.split('/:')[0] ?? '';
  return fixed === path ? path.slice(0, path.lastIndexOf('/')) : fixed;
}
