// Telling the results: the preview with parts, cost and quiet hours; each once by SMS or mail; what is kept, exported, shown to whom.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewAction, systemActor } from '../../../src/core/index.ts';
import { describeResource } from '../../../src/core/records/describe.ts';
import { parseListQuery } from '../../../src/core/records/list-query.ts';
import { deleteRecord, listRecords } from '../../../src/core/records/records.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { operatorLog, phoneVerifications } from '../../../src/modules/contests/log-resources.ts';
import { participants, winners } from '../../../src/modules/contests/resource.ts';
import { actorWith } from '../../kit/core.ts';
import { startHttpSink } from '../../kit/http-sink.ts';
import { until } from '../../kit/until.ts';
import { addPeople, type House, makeContest, openHouse, runOn, smsTo } from './contests-house.ts';

let house: House;
let contestId: string;
let ids: string[];
let winnerIds: string[];

beforeAll(async () => {
  house = await openHouse();
  contestId = (await makeContest(house, { title: 'Викторина', publishedAt: new Date() })).id;
  ids = (await addPeople(house, contestId, 6)).map(({ id }) => id);
  const given = ids.slice(0, 3).map((participantId, at) => ({ participantId, contestId, prize: `Приз ${at}` }));
  winnerIds = (await house.core.db.winner.createManyAndReturn({ data: given, select: { id: true } })).map(
    ({ id }) => id,
  );
  await house.core.db.smsBudget.update({ where: { id: 'sms' }, data: { pricePerPart: '2.5', currency: 'RUB' } });
});
afterAll(() => house?.close());

const rowOf = (id: string) => house.core.db.participant.findUniqueOrThrow({ where: { id } });
const preview = (action: string, chosen: string[], form: object = {}) =>
  previewAction(house.core, systemActor, `contests.${action}`, { selection: { ids: chosen }, form });

describe('before anything is sent', () => {
  it('the text, its parts, its alphabet and the cost are shown for one and for all', async () => {
    const seen = await preview('notify-winners', winnerIds);
    expect(seen).toMatchObject({ total: 3, eligible: 3, sends: true });
    const { summary = '', message } = seen.sample?.preview ?? {};
    expect(message?.text).toBe(
      'Викторина: поздравляем, ваш приз: Приз 0. https://steward.example.org/contests/winners',
    );
    expect(summary).toBe('The results go to +79091000000 (2 parts, UCS-2, 86 of 134, 5.00 RUB)');
    expect(seen.overview).toEqual([
      '3 text messages in 6 parts, 15.00 RUB; 3 of 3 have letters beyond the alphabet of SMS (70 signs a part instead of 160).',
    ]);
    expect(await house.core.db.message.count()).toBe(0);
  });

  it('in English one part of the GSM alphabet is enough', async () => {
    await house.core.db.participant.update({ where: { id: ids[5] }, data: { language: 'en' } });
    await house.core.db.contest.update({ where: { id: contestId }, data: { title: 'Quiz' } });
    const seen = await preview('send-results', [ids[5] ?? '']);
    expect(seen.sample?.preview.summary).toContain('(1 part, GSM-7,');
    expect(seen.sample?.preview.message?.text).toBe(
      'Quiz: the results are out. https://steward.example.org/contests/winners',
    );
    await house.core.db.contest.update({ where: { id: contestId }, data: { title: 'Викторина' } });
  });

  it('a mail is shown whole and costs nothing', async () => {
    const seen = await preview('notify-winners', winnerIds, { channel: 'email' });
    expect(seen.sample?.preview.message).toMatchObject({ to: 'person0@example.org', subject: 'Викторина: итоги' });
    expect(seen.overview).toEqual([]);
  });

  it('nobody is told while the results are not published', async () => {
    const other = await makeContest(house);
    const [person] = await addPeople(house, other.id, 1, 900);
    expect((await preview('send-results', [person?.id ?? ''])).skipped).toEqual([
      { reason: 'the results are not published', count: 1 },
    ]);
  });

  it('says what is left of the budget and until when it is quiet', async () => {
    // From an hour ago until two hours from now, so that it is quiet whenever this is tried.
    const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
    const [begin, end] = [clock(-1), clock(2)];
    const quiet = await openHouse({
      QUIET_HOURS: `${begin}-${end}`,
      SMS_PROVIDER: 'webhook',
      SMS_WEBHOOK_URL: 'http://127.0.0.1:1/',
    });
    const contest = await makeContest(quiet, { publishedAt: new Date() });
    const made = await addPeople(quiet, contest.id, 4);
    await quiet.core.db.smsBudget.update({ where: { id: 'sms' }, data: { monthlyParts: 3 } });
    const chosen = made.map(({ id }) => id);
    const seen = await previewAction(quiet.core, systemActor, 'contests.send-results', {
      selection: { ids: chosen },
      form: {},
    });
    expect(seen.overview?.slice(1)).toEqual([
      '3 parts are left of this month’s budget.',
      'That is not enough: the rest waits until the budget is raised.',
      `It is quiet time: the messages leave from ${end} on.`,
    ]);
    await runOn(quiet, 'send-results', chosen);
    const waiting = await quiet.core.db.message.findMany({ where: { kind: 'contests.result' } });
    expect(waiting.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued', 'queued']);
    expect(waiting.map(({ notBefore }) => notBefore.toISOString().slice(11, 16))).toEqual([end, end, end, end]);
    expect(waiting.every(({ notBefore }) => notBefore > new Date())).toBe(true);
    await quiet.close();
  });
});

describe('telling', () => {
  it('happens once each, stamps the time, and skips with the reason', async () => {
    await house.startWorker();
    expect((await runOn(house, 'notify-winners', winnerIds.slice(0, 2))).map(({ outcome }) => outcome)).toEqual([
      'done',
      'done',
    ]);
    await until(
      async () => (await rowOf(ids[1] ?? '')).notice === 'sent' && (await rowOf(ids[0] ?? '')).notice === 'sent',
    );
    expect((await rowOf(ids[0] ?? '')).toldAt).toBeInstanceOf(Date);
    const seen = await preview('send-results', ids);
    expect(seen).toMatchObject({ eligible: 4, skipped: [{ reason: 'was told already', count: 2 }] });
    await expect(runOn(house, 'notify-winners', winnerIds.slice(0, 2))).rejects.toThrow('take part');
    expect(await smsTo(house, '+79091000000')).toHaveLength(1);
  });

  it('of two runs at once leaves once', async () => {
    const run = () =>
      runAction(house.core, systemActor, 'contests.send-results', {
        selection: { ids: [ids[3] ?? ''] },
        form: {},
        idempotencyKey: crypto.randomUUID(),
      });
    await Promise.allSettled([run(), run(), run()]);
    await until(async () => (await rowOf(ids[3] ?? '')).notice === 'sent');
    expect(await smsTo(house, '+79091000003')).toEqual([
      'Викторина: итоги подведены. https://steward.example.org/contests/winners',
    ]);
  });

  it('by mail goes to the address of the person', async () => {
    await runOn(house, 'send-results', [ids[4] ?? ''], { channel: 'email' });
    await until(async () => (await rowOf(ids[4] ?? '')).notice === 'sent');
    expect(await house.core.db.message.count({ where: { channel: 'email', toAddress: 'person4@example.org' } })).toBe(
      1,
    );
  });

  it('that a provider refuses may be tried again, and what may have arrived may not', async () => {
    const sink = await startHttpSink((_request, times) => {
      if (sink.taken.length === 1) return { status: 400, body: 'no' };
      return sink.taken.length === 2
        ? (response) => void response.socket?.destroy()
        : { status: 200, body: String(times) };
    });
    const paid = await openHouse({
      SMS_PROVIDER: 'twilio',
      TWILIO_ACCOUNT_SID: 'AC1',
      TWILIO_AUTH_TOKEN: 't',
      TWILIO_FROM: '+1500',
      SMS_API_URL: sink.url,
    });
    await paid.startWorker();
    const contest = await makeContest(paid, { publishedAt: new Date() });
    const [person] = await addPeople(paid, contest.id, 1);
    const id = person?.id ?? '';
    const state = async () => (await paid.core.db.participant.findUniqueOrThrow({ where: { id } })).notice;
    await runOn(paid, 'send-results', [id]);
    await until(async () => (await state()) === 'failed');
    await runOn(paid, 'send-results', [id]);
    await until(async () => (await state()) === 'unknown');
    const seen = await previewAction(paid.core, systemActor, 'contests.send-results', {
      selection: { ids: [id] },
      form: {},
    });
    expect(seen.skipped).toEqual([{ reason: 'may have been told already', count: 1 }]);
    expect(sink.taken).toHaveLength(2);
    await paid.close();
    await sink.stop();
  });
});

describe('files', () => {
  const exported = async (form: object) => {
    const { runId } = await runAction(house.core, systemActor, 'contests.export-participant', {
      selection: { ids },
      form,
      idempotencyKey: crypto.randomUUID(),
    });
    await until(async () => (await house.core.db.run.findUniqueOrThrow({ where: { id: runId } })).state === 'finished');
    const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
    const { name } = await house.core.db.storedFile.findUniqueOrThrow({ where: { id: fileId ?? '' } });
    return { name, bytes: await house.core.files.bytes(fileId ?? '') };
  };

  it('have the seed’s eight columns in its order, semicolons and CRLF, the newest first, and no formula', async () => {
    await house.core.db.participant.update({ where: { id: ids[5] }, data: { firstName: '=cmd|x', address: 'a;b"c' } });
    const { name, bytes } = await exported({ preset: 'operator-csv' });
    const [header, first, ...rest] = bytes.toString('utf8').split('\r\n');
    expect(name).toBe('participants.csv');
    expect(header?.replaceAll('"', '')).toBe(
      'first_name;second_name;patronymic;birthday;district_id;address;email;phone',
    );
    expect(first).toContain("'=cmd|x");
    expect(first).not.toMatch(/(^|;)"?=/);
    expect(first).toContain('20.05.1985');
    expect(rest.filter(Boolean)).toHaveLength(5);
    const sheet = await exported({ preset: 'operator-xlsx' });
    expect(sheet.name).toBe('participants.xlsx');
    expect(sheet.bytes.subarray(0, 2).toString()).toBe('PK');
  });
});

describe('the panel', () => {
  it('shows no code, no hash and no secret to anybody', async () => {
    const columns = describeResource(phoneVerifications, systemActor, house.core.registry);
    expect(JSON.stringify(columns)).not.toMatch(/codeHash/);
    const query = parseListQuery(phoneVerifications, systemActor, {});
    const page = await listRecords(house.core, systemActor, phoneVerifications, query);
    expect(JSON.stringify(page)).not.toMatch(/codeHash/i);
  });

  it('gives a viewer no action and a stranger nothing', async () => {
    const viewer = actorWith(['contests:read']);
    await expect(
      previewAction(house.core, viewer, 'contests.send-data', { selection: { ids }, form: {} }),
    ).rejects.toMatchObject({ status: 403 });
    const query = parseListQuery(participants, systemActor, {});
    await expect(listRecords(house.core, actorWith([]), participants, query)).rejects.toMatchObject({ status: 403 });
    expect((await listRecords(house.core, viewer, operatorLog, parseListQuery(operatorLog, viewer, {}))).rows).toEqual(
      [],
    );
  });

  it('keeps a person who has a prize, and deletes the others', async () => {
    await expect(deleteRecord(house.core, systemActor, participants, ids[0] ?? '')).rejects.toMatchObject({
      status: 409,
    });
    const seen = await preview('delete-participants', ids);
    expect(seen).toMatchObject({ eligible: 3, skipped: [{ reason: 'has a prize', count: 3 }] });
    await runOn(house, 'delete-participants', [ids[4] ?? '']);
    expect(await house.core.db.participant.count({ where: { id: ids[4] } })).toBe(0);
    await deleteRecord(house.core, systemActor, winners, winnerIds[2] ?? '');
    expect(await house.core.db.winner.count()).toBe(2);
  });
});
