// Actions over the API and from the command line: the same preview and the same outcome, keys that end, one run for one idempotency key.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { readArguments, usageOf } from '../../../src/core/doors/command-line.ts';
import { runCommand } from '../../../src/core/house/run-command.ts';
import { revokeApiKey } from '../../../src/core/people/api-keys.ts';
import { blockOperator } from '../../../src/core/people/operators.ts';
import { previewAction, readRun, startRun } from '../../../src/core/runs/run.ts';
import { actionId, type DoorsHouse, openDoors } from './doors-house.ts';

let house: DoorsHouse;
beforeAll(async () => {
  house = await openDoors();
});
afterAll(() => house?.close());

const address = '/api/actions/guests/mark';
const form = { note: 'hello', times: 2, loud: true };
const chosen = (evening: string) => ({ all: true, filters: { 'campaignId.is': evening } });
const marks = async (campaignId: string) =>
  (await house.core.db.recipient.findMany({ where: { campaignId }, orderBy: { name: 'asc' } })).map(
    (one) => one.problem,
  );
const marked = ['hellohello!', 'hellohello!', null, null, null, null];

async function program() {
  const operator = await house.operator();
  return { operator, ...(await house.key(operator.id)) };
}

async function typed(args: string[]): Promise<string[]> {
  const lines: string[] = [];
  await runCommand.run(house.core, readArguments(runCommand, args), (line) => lines.push(line));
  return lines;
}

describe('one action, the same outcome at every door', () => {
  it('counts, reasons and changes are those of the panel', async () => {
    const { key, operator } = await program();
    const [first, second, third] = [await house.evening(), await house.evening(), await house.evening()];
    const actor = { ...systemActor, kind: 'operator' as const, id: operator.id };
    const preview = await previewAction(house.core, actor, actionId, { selection: chosen(first.id), form });
    const shape = { total: 6, eligible: 4, skipped: [{ reason: 'was invited already', count: 2 }] };
    expect(preview).toMatchObject(shape);
    const start = { selection: chosen(first.id), form, expected: 4, idempotencyKey: 'panel-0001' };
    const panel = await readRun(house.core, actor, (await startRun(house.core, actor, actionId, start)).runId);

    const dry = await house.call(key, address, { selection: chosen(second.id), form, dryRun: true });
    expect(dry).toMatchObject({ status: 200, json: shape });
    expect(await marks(second.id)).toEqual(Array(6).fill(null));
    const started = await house.call(key, address, { selection: chosen(second.id), form, expected: 4 });
    expect(started).toMatchObject({ status: 200, json: { state: 'finished', counts: panel.counts } });
    const run = await house.call(key, started.headers.get('location')!);
    expect(run.json).toMatchObject({ counts: panel.counts, reasons: panel.reasons, actor: 'API key program' });

    const filter = `campaignId.is=${third.id}`;
    const options = [
      'guests.mark',
      '--filter',
      filter,
      '--form',
      'note=hello',
      '--form',
      'times=2',
      '--form',
      'loud=yes',
    ];
    const words = await typed([...options, '--dry-run', '--as', operator.email]);
    expect(words[0]).toContain('Mark 4 people');
    expect(words).toContain('  4 of 6 take part');
    expect(words).toContain('  2 skipped: was invited already');
    expect(words).toContain('  For example: Ada is marked “hello”');
    expect(words.at(-1)).toContain('Nothing was changed');
    expect(await marks(third.id)).toEqual(Array(6).fill(null));
    await expect(typed([...options, '--as', operator.email])).rejects.toThrow('1 failed.');
    const last = await house.core.db.run.findFirstOrThrow({ orderBy: { createdAt: 'desc' } });
    const line = await readRun(house.core, actor, last.id);
    expect(line).toMatchObject({
      counts: panel.counts,
      reasons: panel.reasons,
      actor: operator.email.replace('operator', 'Operator ').split('@')[0],
    });

    for (const { id } of [first, second, third]) expect(await marks(id)).toEqual(marked);
    expect(panel.counts).toMatchObject({ done: 2, skipped: 3, failed: 1, pending: 0 });
  });

  it('starts one run for one idempotency key, sent in the body or as a header, also when both calls come at once', async () => {
    const { key } = await program();
    const evening = await house.evening();
    const body = { selection: chosen(evening.id), form, expected: 4 };
    const header = { 'idempotency-key': 'twice-00001' };
    const answers = await Promise.all([
      house.call(key, address, body, header),
      house.call(key, address, { ...body, idempotencyKey: 'twice-00001' }),
    ]);
    answers.push(await house.call(key, address, body, header));
    const runs = new Set(answers.map(({ json }) => json?.runId));
    expect([...runs]).toEqual([expect.stringMatching(/^[\w-]{36}$/)]);
    expect(await house.core.db.run.count({ where: { idempotencyKey: { endsWith: ':twice-00001' } } })).toBe(1);
    const both = await house.call(key, address, { ...body, idempotencyKey: 'other-00001' }, header);
    expect(both).toMatchObject({ status: 400, json: { fields: { idempotencyKey: expect.any(String) } } });
  });

  it('refuses the key for other records or another form, also when both calls come at once', async () => {
    const { key } = await program();
    const [evening, later] = [await house.evening(), await house.evening()];
    const body = { selection: chosen(evening.id), form, expected: 4 };
    const header = { 'idempotency-key': 'other-body-1' };
    const other = { ...body, form: { ...form, note: 'goodbye' } };
    const race = await Promise.all([body, other].map((one) => house.call(key, address, one, header)));
    expect(race.map(({ status }) => status < 300).sort()).toEqual([false, true]);
    const won = race[0]!.status < 300 ? body : other;
    for (const wrong of [won === body ? other : body, { ...won, selection: chosen(later.id) }])
      expect(await house.call(key, address, wrong, header)).toMatchObject({ status: 409, json: { code: 'conflict' } });
    expect((await house.call(key, address, won, header)).status).toBeLessThan(300);
    expect(await house.core.db.run.count({ where: { idempotencyKey: { endsWith: ':other-body-1' } } })).toBe(1);
  });

  it('refuses with 409 and changes nothing when another number takes part than was expected', async () => {
    const { key } = await program();
    const evening = await house.evening();
    const answer = await house.call(key, address, { selection: chosen(evening.id), form, expected: 3 });
    expect(answer).toMatchObject({ status: 409, json: { code: 'conflict', fields: { expected: '4' } } });
    expect(await marks(evening.id)).toEqual(Array(6).fill(null));
  });

  it('names what is at fault', async () => {
    const { key } = await program();
    const evening = await house.evening();
    const cases: [unknown, number, string][] = [
      [{ form }, 400, 'selection'],
      [{ selection: { all: true, filters: { 'secret.is': 'x' } }, form }, 400, 'selection.filters.secret.is'],
      [{ selection: chosen(evening.id), form: { note: 'x' } }, 400, 'note'],
      [{ selection: chosen(evening.id), form: { ...form, colour: 'red' } }, 400, 'colour'],
      [{ selection: chosen(evening.id), form, sendNow: true }, 400, 'sendNow'],
      [{ selection: chosen(evening.id), form, expected: -1 }, 400, 'expected'],
    ];
    for (const [body, status, field] of cases) {
      const answer = await house.call(key, address, body);
      expect([field, answer.status, Object.keys((answer.json?.fields ?? {}) as object)]).toEqual([
        field,
        status,
        [field],
      ]);
    }
    expect((await house.call(key, '/api/actions/guests/unknown', { selection: { all: true } })).status).toBe(404);
    expect((await house.call(key, '/api/runs/unknown')).status).toBe(404);
    expect((await house.call(key, address)).status).toBe(405);
    expect(await marks(evening.id)).toEqual(Array(6).fill(null));
  });
});

describe('a key', () => {
  const dry = { selection: { all: true }, form, dryRun: true };

  it('does no more than its operator may at this moment, and no more than it was made for', async () => {
    const { core } = house;
    const { operator, key } = await program();
    expect((await house.call(key, address, dry)).status).toBe(200);
    const narrow = await house.key(operator.id, ['guests:read']);
    expect((await house.call(narrow.key, address, dry)).status).toBe(403);
    await core.db.role.update({ where: { id: operator.roleId }, data: { permissions: ['guests:read'] } });
    expect((await house.call(key, address, dry)).status).toBe(403);
  });

  it('sees only what its operator sees', async () => {
    const [own, other] = [await house.evening(), await house.evening()];
    const operator = await house.operator(undefined, { scope: 'evening', scopeId: own.id });
    const { key } = await house.key(operator.id);
    expect((await house.call(key, address, dry)).json).toMatchObject({ total: 6 });
    const ids = other.guests.map(({ id }) => id);
    expect((await house.call(key, address, { ...dry, selection: { ids } })).json).toMatchObject({ total: 0 });
    expect((await house.call(key, address, { selection: { ids }, form })).status).toBe(400);
    expect(await marks(other.id)).toEqual(Array(6).fill(null));
  });

  it('ends by its date, by being revoked and with its operator', async () => {
    const { core } = house;
    const operator = await house.operator();
    const over = await house.key(operator.id, undefined, new Date(Date.now() - 1_000));
    const revoked = await house.key(operator.id);
    await core.transaction(systemActor, (work) => revokeApiKey(work, revoked.id));
    const orphan = await house.key(operator.id);
    expect((await house.call(orphan.key, address, dry)).status).toBe(200);
    await core.transaction(systemActor, (work) => blockOperator(work, operator.id));
    for (const key of [over.key, revoked.key, orphan.key, `stw_${'x'.repeat(40)}`, 'nonsense'])
      expect((await house.call(key, address, dry)).status).toBe(401);
  });

  it('tells when it was last used', async () => {
    const { id, key } = await program();
    expect((await house.core.db.apiKey.findUniqueOrThrow({ where: { id } })).lastUsedAt).toBeNull();
    await house.call(key, address, dry);
    expect((await house.core.db.apiKey.findUniqueOrThrow({ where: { id } })).lastUsedAt).toBeInstanceOf(Date);
  });

  it('reads the runs it started and no others', async () => {
    const [one, other] = [await program(), await program()];
    const evening = await house.evening();
    const { json } = await house.call(one.key, address, { selection: chosen(evening.id), form });
    const poor = await house.key(other.operator.id, ['guests:read']);
    expect((await house.call(one.key, `/api/runs/${json?.runId}`)).status).toBe(200);
    expect((await house.call(poor.key, `/api/runs/${json?.runId}`)).status).toBe(404);
  });
});

describe('the command line', () => {
  it('wants to be told which records, and knows its options', async () => {
    await expect(typed(['guests.mark'])).rejects.toMatchObject({ fields: { selection: 'is missing' } });
    await expect(typed(['guests.mark', '--all', '--ids', 'a'])).rejects.toMatchObject({
      fields: { ids: 'stand alone' },
    });
    await expect(typed(['guests.mark', '--filter', 'state'])).rejects.toMatchObject({
      fields: { filter: 'is written name=value' },
    });
    await expect(typed(['guests.mark', '--all', '--view', 'Nonsense'])).rejects.toMatchObject({
      fields: { view: 'is unknown' },
    });
    await expect(typed(['guests.unknown', '--all'])).rejects.toThrow('guests.mark');
    await expect(typed(['guests.mark', '--all', '--as', 'nobody@example.org'])).rejects.toMatchObject({
      code: 'not-found',
    });
    for (const args of [
      ['guests.mark', '--colour', 'red'],
      ['guests.mark', 'more'],
      ['guests.mark', '--ids', 'a', '--ids', 'b'],
      [],
    ])
      expect(() => readArguments(runCommand, args)).toThrow();
  });

  it('finds by view, by words and by either of several values', async () => {
    const evening = await house.evening();
    const total = async (args: string[]) =>
      (
        await typed([
          'guests.mark',
          '--filter',
          `campaignId.is=${evening.id}`,
          '--form',
          'note=hi',
          '--dry-run',
          ...args,
        ])
      )[1];
    expect(await total([])).toBe('  4 of 6 take part');
    expect(await total(['--search', 'shy'])).toBe('  1 of 1 take part');
    expect(await total(['--filter', 'state.is=added', '--filter', 'state.is=notified'])).toBe('  4 of 6 take part');
    expect(await total(['--view', 'marked'])).toBe('  0 of 0 take part');
  });

  it('says how it is called', () => {
    expect(usageOf([runCommand])).toMatch(
      /^ {2}run <module>\.<action> \[--all\] .*\n {6}does an action on the records chosen$/m,
    );
  });
});
