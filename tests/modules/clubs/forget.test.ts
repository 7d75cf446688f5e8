// An applicant with papers, somebody who announced an activity and somebody who enrolled ask what is kept, and are then forgotten.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { approveActivity } from '../../../src/modules/clubs/activities.ts';
import { filesBelow, tablesWith } from '../../kit/dump.ts';
import { forget, handOut } from '../../kit/person.ts';
import { until } from '../../kit/until.ts';
import {
  announce,
  apply,
  call,
  type House,
  makeAdministrator,
  makeClub,
  openHouse,
  picture,
  upload,
} from './clubs-house.ts';

const email = 'kanaria@canary.example';
const phone = '+31612345678';
const enrolled = '+31 (6) 12-34 56 78';
let house: House;
let papers: Buffer;
let activityId: string;

const storedFiles = () => filesBelow(path.join(house.core.config.dataDir, 'files'));
const arePapersThere = () => storedFiles().some((file) => readFileSync(file).equals(papers));
const enrolment = (values: object) =>
  call(house, 'POST', '/api/actApply', {
    body: { username: 'Kanaria', studentid: 'S-4711', phone: enrolled, school: 'Canary High', ...values },
  });

beforeAll(async () => {
  house = await openHouse({ settings: { SMS_COUNTRY: 'NL' } });
  await house.startWorker();
  await makeAdministrator(house);
  const name = await upload(house, picture());
  papers = await house.core.files.bytes((await house.core.db.storedFile.findFirstOrThrow({ where: { name } })).id);
  await apply(house, { email, evidence: name, info: 'Kanaria was here', name: 'Canary choir' });
  const activity = await announce(house, { email: email.toUpperCase(), can_enrolled: 1 });
  activityId = activity.id;
  await house.core.transaction(systemActor, (work) => approveActivity(work, activityId));
  const { number: act } = await house.core.db.activity.findUniqueOrThrow({ where: { id: activityId } });
  expect((await enrolment({ act })).status).toBe(200);
  // Whose number ends in the same digits, and who is somebody else.
  expect((await enrolment({ act, username: 'Nora', studentid: 'S-4712', phone: '+31 20 345 678 9' })).status).toBe(200);
  expect((await enrolment({ act, username: 'Nils', studentid: 'S-4713', phone: '+49 1512 2345678' })).status).toBe(200);
}, 120_000);
afterAll(() => house?.close());

it('gives an applicant the application with the papers, and who enrolled the enrolment, however the number was typed', async () => {
  const { records, files } = await handOut(house.core, { email });
  expect(records['clubs that applied with this address']).toMatchObject([
    { name: 'Canary choir', info: 'Kanaria was here' },
  ]);
  expect(records['activities with the address of who announced them']).toMatchObject([{ email: email.toUpperCase() }]);
  expect(files.some((bytes) => bytes.equals(papers))).toBe(true);
  expect((await handOut(house.core, { phone })).records).toEqual({
    'enrolments in activities': [
      expect.objectContaining({ name: 'Kanaria', 'student number': 'S-4711', school: 'Canary High' }),
    ],
  });
});

it('forgets the applicant with the bytes of the papers, and keeps the activity, in which others are, without the address', async () => {
  expect(await tablesWith(house.core, email)).toEqual(expect.arrayContaining(['Activity', 'Club']));
  const before = storedFiles().length;
  expect(arePapersThere()).toBe(true);
  await forget(house.core, { email });
  expect(await tablesWith(house.core, email)).toEqual([]);
  expect(await tablesWith(house.core, 'Canary choir')).toEqual([]);
  expect(await house.core.db.activity.findUniqueOrThrow({ where: { id: activityId } })).toMatchObject({
    email: '',
    approvedValues: { email: '', name: 'River clean-up' },
  });
  expect(await house.core.db.activityEnrolment.count()).toBe(3);
  await until(() => storedFiles().length === before - 2);
  expect(arePapersThere()).toBe(false);
});

it('forgets who enrolled by the telephone, and nobody whose number only ends alike', async () => {
  await forget(house.core, { phone });
  expect(await tablesWith(house.core, 'S-4711')).toEqual([]);
  expect(
    (await house.core.db.activityEnrolment.findMany({ orderBy: { number: 'asc' } })).map(({ name }) => name),
  ).toEqual(['Nora', 'Nils']);
});

it('keeps a club with activities as a refused one without address and papers; its account cannot get in any more', async () => {
  const address = 'rowing@canary.example';
  const { club, token } = await makeClub(house, { email: address, info: 'Ask Rowena' });
  await announce(house, {}, token);
  // While the mail about the approval is leaving she cannot be forgotten.
  await until(
    async () => (await house.core.db.message.count({ where: { state: { in: ['queued', 'sending'] } } })) === 0,
  );
  await forget(house.core, { email: address });
  expect(await house.core.db.club.findUniqueOrThrow({ where: { id: club.id } })).toMatchObject({
    state: 'refused',
    email: '(erased)',
    info: '',
    logoId: null,
    evidenceId: null,
  });
  // Who works here answers for what they did: the account stays, blocked, until staff delete it.
  expect(await tablesWith(house.core, address)).toEqual(['Operator']);
  expect(await house.core.db.operator.findFirstOrThrow({ where: { email: address } })).toMatchObject({
    state: 'blocked',
  });
  expect((await call(house, 'GET', '/api/session', { token })).status).not.toBe(200);
});
