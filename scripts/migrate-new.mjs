// Authors a migration: `npm run migrate:new -- add-clubs`. Diffs what prisma/migrations produce against prisma/schema.
// `--rewrite FOLDER` writes the newest folder anew (before it ships); what stands below the line "-- By hand" is kept.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { register } from 'tsx/esm/api';

register();
const root = path.join(import.meta.dirname, '..');
const { diffMigrations, readMigrations } = await import('../src/core/database/migrations.ts');
const { startEmbeddedPostgres } = await import('../src/core/database/embedded-postgres.ts');

const folder = path.join(root, 'prisma/migrations');
const handLine = '-- By hand: what the models cannot say. Kept by `npm run migrate:new -- --rewrite`.';
const firstLines = '-- For the search boxes of the panel (gin_trgm_ops).\nCREATE EXTENSION IF NOT EXISTS pg_trgm;\n\n';

const [first, second] = process.argv.slice(2);
const rewrite = first === '--rewrite' ? second : undefined;
const name = rewrite ?? first;
if (!name || !/^[a-z0-9][a-z0-9_-]*$/.test(name)) {
  console.error('Usage: npm run migrate:new -- NAME        (small letters, digits, "-" and "_")');
  console.error('       npm run migrate:new -- --rewrite FOLDER');
  process.exit(2);
}

const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
const target = rewrite ?? `${stamp}_${name.replaceAll('-', '_')}`;
const earlier = existsSync(folder) ? readMigrations(folder).filter((one) => one.name < target) : [];
const schemaFolder = path.join(root, 'prisma/schema');
const schema = readdirSync(schemaFolder)
  .filter((file) => file.endsWith('.prisma'))
  .map((file) => path.join(schemaFolder, file))
  .map((file) => ({ path: file, content: readFileSync(file, 'utf8') }));

const generated = await withServer((connection) => diffMigrations(connection, earlier, schema));
if (!generated) {
  console.log('Nothing to do: the migrations already produce the models.');
  process.exit(0);
}
const file = path.join(folder, target, 'migration.sql');
const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
const byHand = before.includes('-- By hand') ? before.slice(before.indexOf('-- By hand')) : '';
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(path.join(folder, 'migration_lock.toml'), lockFile());
writeFileSync(file, `${earlier.length === 0 ? firstLines : ''}${generated.trim()}\n${byHand && `\n${byHand}`}`);
console.log(
  `Wrote ${path.relative(root, file)}. Read it as you read code; what the models cannot say goes below the line\n  ${handLine}`,
);

async function withServer(use) {
  if (process.env.DATABASE_URL) return await use({ connectionString: process.env.DATABASE_URL });
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-migrate-'));
  const server = await startEmbeddedPostgres({ dataDir, fsync: false });
  try {
    return await use(server.connection);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function lockFile() {
  return '# Written by Prisma; kept in version control so that `prisma migrate deploy` works as well.\nprovider = "postgresql"\n';
}
