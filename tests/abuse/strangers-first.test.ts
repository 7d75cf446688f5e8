// Who calls is asked before anything of the input is read or judged: a stranger learns neither which fields there are nor which records,
// and the house takes in no body for nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyRoute } from '../../src/core/route.ts';
import { modules } from '../../src/modules/index.ts';
import { type House, openHouseOf } from '../kit/house.ts';
import { Visitor } from '../kit/http.ts';

const guarded = modules.flatMap(({ routes }) => routes?.list.filter(({ admits }) => admits) ?? []);
const named = guarded.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);
let house: House;
let stranger: Visitor;

beforeAll(async () => {
  house = await openHouseOf(modules);
  stranger = new Visitor(house.web);
});

afterAll(() => house.close());

/** What an answer says, without the clock in it. */
async function answerTo(route: AnyRoute, address: string, body?: string, type = 'application/json') {
  const { status, json } = await stranger.send(route.method.toUpperCase(), address, {
    ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
  });
  const { time: _time, timestamp: _timestamp, ...said } = json as Record<string, unknown>;
  return { status, said };
}

describe('a route that is not for strangers', () => {
  it('is there in every module that knows callers', () => {
    expect(guarded.length).toBeGreaterThan(35);
    const folders = new Set(guarded.map(({ path }) => path.split('/')[1]));
    expect([...folders].sort()).toEqual(['api', 'auth', 'events', 'export', 'registrations', 'upload']);
  });

  it.each(named)('%s refuses them whatever they send, as it refuses them without anything', async (_name, route) => {
    const usual = route.path.replace(/:\w+/g, '1');
    const refusal = await answerTo(route, usual);
    expect(refusal.status).toBe(/^\/(?:upload|api\/uploadImage)/.test(route.path) ? 200 : 401);
    expect(await answerTo(route, route.path.replace(/:\w+/g, 'x'))).toEqual(refusal);
    expect(await answerTo(route, `${usual}?id=x&act=x&verify=9&type=9&page=-1`)).toEqual(refusal);
    if (!route.body) return;
    expect(await answerTo(route, usual, '{"half')).toEqual(refusal);
    expect(await answerTo(route, usual, '[{"nobody": "asked"}]')).toEqual(refusal);
    expect(await answerTo(route, usual, 'x'.repeat(600_000), 'text/plain')).toEqual(refusal);
  });
});
