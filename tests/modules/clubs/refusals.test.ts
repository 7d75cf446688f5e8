// Every refusal says in words what is wrong with which field; no sentence is the parser's own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activityBody, call, type House, openHouse } from './clubs-house.ts';

let house: House;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

it.each([
  ['/api/session', '[]', { field: 'account', message: 'account and password are missing' }],
  ['/api/session', 'null', { field: 'account', message: 'account and password are missing' }],
  ['/api/session', '{"account":5}', { field: 'account', message: 'account must be a text' }],
  [
    '/api/act',
    JSON.stringify(activityBody({ enrollEndTime: 'soon' })),
    { field: 'enrollEndTime', message: 'enrollEndTime must be a time such as 2026-05-03 14:30' },
  ],
])('POST %s %s', async (address, body, refusal) => {
  const answer = await call(house, 'POST', address, { body });
  expect([answer.status, answer.json]).toEqual([400, refusal]);
});

it.each([[''], [null]])('an end of enrolment of %j is none', async (enrollEndTime) => {
  const answer = await call(house, 'POST', '/api/act', { body: activityBody({ enrollEndTime }) });
  expect([answer.status, answer.text]).toEqual([200, '']);
  expect(await house.core.db.activity.count({ where: { enrolUntil: { not: null } } })).toBe(0);
});
