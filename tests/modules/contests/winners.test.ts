// Lists of winners: the seed's file without headings, tables with them, by panel and command line, taken back, and a hundred thousand rows.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUndo, uploadImport } from '../../../src/core/imports/imports.ts';
import { readImport, readImportRows } from '../../../src/core/imports/view.ts';
import { workImport } from '../../../src/core/imports/work.ts';
import { importFile, systemActor, xlsxStream } from '../../../src/core/index.ts';
import { commands } from '../../../src/modules/contests/commands.ts';
import { addPeople, type House, makeContest, openHouse } from './contests-house.ts';

const rows = Number(process.env.CONTEST_WINNERS ?? 3_000);
let house: House;
let contestId: string;
let people: { id: string; number: number }[];
const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-winners-'));

beforeAll(async () => {
  house = await openHouse();
  contestId = (await makeContest(house)).id;
  people = await addPeople(house, contestId, 6);
});
afterAll(async () => {
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});

const load = (text: string, name = 'data.csv', defaults: Record<string, unknown> = {}) =>
  importFile(house.core, systemActor, 'Winner', { name, content: Buffer.from(text), defaults });
const prizes = async () =>
  (await house.core.db.winner.findMany({ orderBy: { number: 'asc' }, include: { participant: true } })).map(
    ({ prize, participant }) => [participant.number, prize],
  );
const clean = () => house.core.db.winner.deleteMany({});
const numberOf = (at: number) => people[at]?.number ?? 0;

describe('a list without headings, as the seed has it', () => {
  it('gives prizes to the numbers that are known; the first line of a number counts, the rest say why not', async () => {
    const text = `${numberOf(0)};Велосипед\n999999;Никому\n${numberOf(1)};Книга; том 2\n${numberOf(0)};Второй приз\n${numberOf(2)};"Чай; чёрный"\n0;Нуль\n`;
    const view = await load(text);
    expect(view.header).toEqual(['Participant ID', 'Prize']);
    expect(view.plans).toMatchObject({ create: 2, invalid: 3, repeated: 1 });
    expect(view.outcomes).toMatchObject({ done: 2, failed: 0 });
    expect(await prizes()).toEqual([
      [numberOf(0), 'Велосипед'],
      [numberOf(2), 'Чай; чёрный'],
    ]);
    const { rows: seen } = await readImportRows(house.core, systemActor, view.id, { page: 1 });
    expect(seen.map(({ line, reason }) => [line, reason])).toEqual([
      [1, null],
      [2, 'Participant ID “999999” does not exist'],
      [3, 'has 3 cells where the first row has 2'],
      [4, 'repeats line 1'],
      [5, null],
      [6, 'Participant ID “0” does not exist'],
    ]);
  });

  it('loaded again leaves the first prize as it is', async () => {
    const view = await load(`${numberOf(0)};Другой приз\n${numberOf(3)};Новый\n`);
    expect(view.plans).toMatchObject({ same: 1, create: 1 });
    expect(await prizes()).toContainEqual([numberOf(0), 'Велосипед']);
  });

  it('is taken back as a whole', async () => {
    await clean();
    const { id } = await load(`${numberOf(0)};Велосипед\n${numberOf(1)};Книга\n`);
    expect(await prizes()).toHaveLength(2);
    await startUndo(house.core, systemActor, id);
    await workImport(house.core, id, new AbortController().signal);
    expect((await readImport(house.core, systemActor, id)).state).toBe('undone');
    expect(await prizes()).toEqual([]);
  });

  it.each([
    ['operators', `{"gt":0};x\n`],
    ['wildcards', '%;x\n'],
    ['a huge number', '99999999999999999999;x\n'],
    ['a negative one', '-1;x\n'],
    ['full-width digits', '１;x\n'],
  ])('with %s in place of a number gives nobody anything', async (_what, text) => {
    await clean();
    const view = await load(`${numberOf(0)};gut\n${text}`);
    expect(view.outcomes).toMatchObject({ done: 1 });
    expect(await prizes()).toEqual([[numberOf(0), 'gut']]);
  });
});

describe('a table with headings', () => {
  it('is read by them, in any order, and says which contest it is about', async () => {
    await clean();
    const other = await makeContest(house);
    const [stranger] = await addPeople(house, other.id, 1, 700);
    const view = await load(`Prize,ID\nКнига,${numberOf(4)}\nЧай,${stranger?.number}\n`, 'list.csv', { contestId });
    expect(view.outcomes).toMatchObject({ done: 1 });
    expect(view.reasons).toEqual([{ reason: 'is no participant of this contest', count: 1 }]);
    expect(await prizes()).toEqual([[numberOf(4), 'Книга']]);
  });

  it('may be a workbook, with numbers as numbers', async () => {
    await clean();
    const rows = [
      ['Билеты', numberOf(1)],
      ['Никому', 999_999],
      ['Чай', `${numberOf(2)}`],
    ];
    const content = await buffer(xlsxStream([{ name: 'Winners', header: ['Prize', 'ID'], rows }]));
    const view = await importFile(house.core, systemActor, 'Winner', { name: 'list.xlsx', content, defaults: {} });
    expect(view.outcomes).toMatchObject({ done: 2 });
    expect(await prizes()).toEqual([
      [numberOf(1), 'Билеты'],
      [numberOf(2), 'Чай'],
    ]);
  });

  it('of one row of numbers alone is still no list of winners', async () => {
    await expect(
      uploadImport(house.core, systemActor, 'Winner', { name: 'x.csv', content: Buffer.from('17\n') }),
    ).rejects.toThrow('no rows');
  });
});

describe('contests:load-winners', () => {
  const command = commands.find(({ name }) => name === 'contests:load-winners');
  const run = async (file: string, contest?: string) => {
    const printed: string[] = [];
    await command?.run(house.core, { file, contest }, (line) => printed.push(line));
    return printed.join('\n');
  };

  it('loads the file into the current contest and says what became of it', async () => {
    await clean();
    const file = path.join(folder, 'data.csv');
    writeFileSync(file, `${numberOf(0)};Велосипед\n${numberOf(0)};Книга\n999999;Чай\n`);
    const said = await run(file);
    expect(said).toContain('1 winners loaded of 3 rows');
    expect(said).toContain('1 repeated, 1 unknown');
    expect(await prizes()).toEqual([[numberOf(0), 'Велосипед']]);
    expect(await house.core.db.import.count({ where: { resource: 'Winner', state: 'finished' } })).toBeGreaterThan(0);
  });

  it('names what is wrong: no file, no contest', async () => {
    await expect(run(path.join(folder, 'absent.csv'))).rejects.toThrow('There is no file');
    await expect(run(path.join(folder, 'data.csv'), 'nowhere')).rejects.toThrow('no such contest');
    const other = await makeContest(house);
    expect(await run(path.join(folder, 'data.csv'), other.slug)).toContain('0 winners loaded');
  });
});

it(`imports ${rows} rows, one in a hundred bad, with a reason for each bad one`, async () => {
  const contest = await makeContest(house);
  await house.core.database.pool.query(
    `INSERT INTO "Participant" (id, "contestId", "firstName", "secondName", birthday, "districtId", address, email, phone, "lastFour", "verifiedAt", "updatedAt")
     SELECT gen_random_uuid()::text, $1, 'Имя' || n, 'Фамилия' || n, '1985-05-20', 41, 'ул. ' || n, 'mass' || n || '@example.org',
       '+7' || (9200000000 + n), right((9200000000 + n)::text, 4), now(), now() FROM generate_series(1, $2::int) n`,
    [contest.id, rows],
  );
  const found = await house.core.db.participant.findMany({
    where: { contestId: contest.id },
    select: { number: true },
    orderBy: { number: 'asc' },
  });
  const bad = (n: number) => n % 100 === 50;
  const text = found.map(({ number }, n) => (bad(n) ? `${900_000_000 - n};x` : `${number};Приз ${n}`)).join('\n');
  const started = Date.now();
  const before = process.memoryUsage().rss;
  const view = await load(text, `${randomUUID()}.csv`, { contestId: contest.id });
  const expected = found.filter((_, n) => bad(n)).length;
  console.info(
    `${rows} rows in ${((Date.now() - started) / 1000).toFixed(1)} s, memory +${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`,
  );
  expect(view.plans).toMatchObject({ create: rows - expected, invalid: expected });
  expect(view.outcomes).toMatchObject({ done: rows - expected, failed: 0 });
  expect(await house.core.db.winner.count({ where: { contestId: contest.id } })).toBe(rows - expected);
  expect(view.faulty).toBe(expected);
}, 1_200_000);
