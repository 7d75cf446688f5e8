import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { connectionUrl, withClient } from '../../../src/core/database/database.ts';
import {
  applyMigrations,
  checksum,
  diffMigrations,
  type Migration,
  readMigrations,
} from '../../../src/core/database/migrations.ts';
import { compiledFile } from '../../kit/compiled.ts';
import { emptyDatabase, type TestDatabase } from '../../kit/database.ts';
import { until } from '../../kit/until.ts';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '../../..');
const ours = readMigrations();
const names = ours.map((one) => one.name);

const databases: TestDatabase[] = [];
afterEach(async () => {
  await Promise.all(databases.splice(0).map((one) => one.drop()));
});

async function database(sql = ''): Promise<TestDatabase> {
  const made = await emptyDatabase();
  databases.push(made);
  if (sql) await ask(made, sql);
  return made;
}

const ask = async ({ connection }: TestDatabase, sql: string) =>
  (await withClient(connection, (client) => client.query<Record<string, unknown>>(sql))).rows;
const tables = async (one: TestDatabase) =>
  (await ask(one, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).map(
    (row) => row.tablename,
  );
const refusal = (applying: Promise<unknown>): Promise<string> =>
  applying.then(
    () => 'not refused',
    (error: Error) => `${error.name}: ${error.message}`,
  );
const later = (name: string, sql: string): Migration => ({ name: `29991231000000_${name}`, sql });

function modelFiles(folder = path.join(root, 'prisma/schema')): { path: string; content: string }[] {
  return readdirSync(folder).map((file) => ({
    path: path.join(folder, file),
    content: readFileSync(path.join(folder, file), 'utf8'),
  }));
}

describe('migrations', () => {
  it('bring an empty database to this version, once', async () => {
    const one = await database();
    expect(await applyMigrations(one.connection)).toEqual(names);
    expect(await tables(one)).toContain('Campaign');
    expect(await applyMigrations(one.connection)).toEqual([]);
  });

  it('are noted as `prisma migrate deploy` notes them', async () => {
    const one = await database();
    await applyMigrations(one.connection);
    const rows = await ask(one, 'SELECT * FROM "_prisma_migrations" ORDER BY started_at');
    expect(rows).toEqual(
      ours.map(({ name, sql }) =>
        expect.objectContaining({
          migration_name: name,
          checksum: checksum(sql),
          finished_at: expect.any(Date),
          rolled_back_at: null,
          applied_steps_count: 1,
        }),
      ),
    );
  });

  it('produce exactly the models of prisma/schema', async () => {
    const difference = await diffMigrations(inject('server'), ours, modelFiles());
    expect(difference).toBeUndefined();
  });

  it('are applied by one of several processes that start at once; the others wait and find them done', async () => {
    const one = await database();
    const program = [compiledFile('tests/kit/migrator-child.ts'), one.url];
    const said = await Promise.all([1, 2, 3].map(() => run(process.execPath, program, { cwd: root })));
    const applied = said.map(({ stdout }) => JSON.parse(stdout) as string[]);
    expect(applied.filter((list) => list.length > 0)).toEqual([names]);
    expect(await ask(one, 'SELECT count(*)::int AS n FROM "_prisma_migrations"')).toEqual([{ n: ours.length }]);
  });

  it('refuse a database of a newer version and leave it as it is', async () => {
    const one = await database();
    await applyMigrations(one.connection, [...ours, later('from_the_future', 'CREATE TABLE "Future" (id int)')]);
    const said = await refusal(applyMigrations(one.connection));
    expect(said).toMatch(
      /^MigrationError: The database has a newer schema than this version .*29991231000000_from_the_future/,
    );
    expect(await tables(one)).toContain('Future');
  });

  it('refuse a database that somebody else uses', async () => {
    const one = await database('CREATE TABLE theirs (id int)');
    expect(await refusal(applyMigrations(one.connection))).toMatch(/^MigrationError: The database is not empty/);
    expect(await tables(one)).toEqual(['theirs']);
  });

  it('refuse to go on when an applied migration was edited', async () => {
    const one = await database();
    const [first = later('none', '')] = ours;
    await applyMigrations(one.connection);
    const edited = [{ ...first, sql: `${first.sql}\n-- edited` }, ...ours.slice(1)];
    expect(await refusal(applyMigrations(one.connection, edited))).toContain(`${first.name} was edited`);
  });

  it('keep nothing of one that fails, say which and why, and are tried again at the next start', async () => {
    const one = await database();
    const failing = [...ours, later('bad', 'CREATE TABLE "Half" (id int);\nSELECT 1 / 0;')];
    const said = await refusal(applyMigrations(one.connection, failing));
    expect(said).toMatch(/^MigrationError: .*29991231000000_bad.*division by zero/s);
    expect(await tables(one)).not.toContain('Half');
    expect(await refusal(applyMigrations(one.connection, failing))).toBe(said);
    const repaired = [...ours, later('bad', 'CREATE TABLE "Half" (id int)')];
    expect(await applyMigrations(one.connection, repaired)).toEqual(['29991231000000_bad']);
    expect(await tables(one)).toContain('Half');
  });

  it('may hold functions, texts and comments with semicolons', async () => {
    const one = await database();
    const sql = `-- one; two
      CREATE FUNCTION answer() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 42; END; $$;
      CREATE TABLE said (text text DEFAULT 'a;b');`;
    await applyMigrations(one.connection, [...ours, later('function', sql)]);
    expect(await ask(one, 'SELECT answer() AS n')).toEqual([{ n: 42 }]);
  });

  it('cannot be applied halfway by a process that is killed: the next one does it all', async () => {
    const one = await database();
    await applyMigrations(one.connection);
    const slow = later('slow', 'CREATE TABLE "Slow" (id int); SELECT pg_sleep(20);');
    const killed = refusal(applyMigrations(one.connection, [...ours, slow]));
    const sleepers =
      'FROM pg_stat_activity WHERE datname = current_database() AND query LIKE \'%"Slow"%pg_sleep%\' AND pid <> pg_backend_pid()';
    await until(async () => (await ask(one, `SELECT 1 AS n ${sleepers}`)).length === 1);
    await ask(one, `SELECT pg_terminate_backend(pid) ${sleepers}`);
    expect(await killed).toContain('MigrationError');
    const quick = later('slow', 'CREATE TABLE "Slow" (id int);');
    expect(await applyMigrations(one.connection, [...ours, quick])).toEqual([quick.name]);
    expect(await tables(one)).toContain('Slow');
  });
});

describe('npm run migrate:new', () => {
  const author = (project: string, ...args: string[]) =>
    run(process.execPath, ['scripts/migrate-new.mjs', ...args], {
      cwd: project,
      env: { ...process.env, DATABASE_URL: connectionUrl(inject('server')) },
    });

  it('authors a migration that leads to the changed models, and can write it anew', async () => {
    const project = mkdtempSync(path.join(os.tmpdir(), 'steward-author-'));
    try {
      for (const part of ['package.json', 'tsconfig.json', 'prisma', 'scripts', 'src'])
        cpSync(path.join(root, part), path.join(project, part), { recursive: true });
      symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'));
      const migrations = () => readMigrations(path.join(project, 'prisma/migrations'));
      const model = path.join(project, 'prisma/schema/probe.prisma');

      appendFileSync(model, 'model Probe {\n  id String @id\n}\n');
      await author(project, 'add-probe');
      const added = migrations().filter((one) => !names.includes(one.name));
      expect(added).toEqual([
        { name: expect.stringMatching(/^\d{14}_add_probe$/), sql: expect.stringContaining('CREATE TABLE "Probe"') },
      ]);

      const [{ name } = later('none', '')] = added;
      const file = path.join(project, 'prisma/migrations', name, 'migration.sql');
      appendFileSync(file, `\n-- By hand: kept\nALTER TABLE "Probe" ADD CHECK (id <> '');\n`);
      appendFileSync(model, 'model Other {\n  id String @id\n}\n');
      await author(project, '--rewrite', name);
      const one = await database();
      expect(await applyMigrations(one.connection, migrations())).toEqual([...names, name]);
      expect(await tables(one)).toEqual(expect.arrayContaining(['Other', 'Probe']));
      await expect(ask(one, `INSERT INTO "Probe" VALUES ('')`)).rejects.toMatchObject({ code: '23514' });
      expect((await author(project, 'nothing')).stdout).toContain('Nothing to do');
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  });

  it('says how it is used when the name is missing or not a name', async () => {
    for (const args of [[], ['../x'], ['--rewrite']])
      await expect(author(root, ...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Usage:') });
  });
});
