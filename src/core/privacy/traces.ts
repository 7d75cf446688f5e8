// What the framework itself remembers of a person beside the records: messages, runs, imports, audit entries, texts that name the address.
// The rule: that something happened stays, whom it was about does not.
import { Prisma } from '../database/database.ts';
import { conflict } from '../errors.ts';
import type { Transaction } from '../model.ts';

/** What leads to the traces: the records that were found, and the pattern of the addresses. */
export interface Trail {
  records: { resource: string; id: string }[];
  pattern: string;
}

const erased = '(erased)';

// Columns of our own tables in which an address may stand among other things.
const texts: Readonly<Record<string, { plain: string[]; json: string[] }>> = {
  AuditEntry: { plain: ['summary', 'recordTitle'], json: ['before', 'after'] },
  Run: { plain: ['title', 'selection', 'note'], json: ['form'] },
  RunItem: { plain: ['recordTitle', 'reason'], json: [] },
  Import: { plain: ['fileName', 'note'], json: ['samples', 'defaults'] },
  Schedule: { plain: ['selection', 'form', 'lastResult'], json: [] },
  Suppression: { plain: ['note'], json: [] },
  Alarm: { plain: ['summary'], json: [] },
  StoredFile: { plain: ['name'], json: [] },
  MessageAttempt: { plain: ['reply'], json: [] },
  Setting: { plain: [], json: ['value'] },
};

/** Empties everything that leads to the person. Returns the keys of files whose bytes must go once this has committed. */
export async function eraseTraces(tx: Transaction, trail: Trail): Promise<string[]> {
  await tx.$executeRaw`SET LOCAL statement_timeout = '300s'`;
  await emptyMessages(tx, trail);
  const runIds = await eraseRunItems(tx, trail);
  const importIds = await eraseImportRows(tx, trail);
  await eraseAudit(tx, trail);
  for (const [table, columns] of Object.entries(texts)) await replaceMentions(tx, table, columns, trail.pattern);
  // A job that waits with the address in its hands has nothing left to do.
  await tx.$executeRaw`DELETE FROM graphile_worker._private_jobs
    WHERE locked_at IS NULL AND payload::text ~* ${trail.pattern}`;
  return removeFiles(tx, trail, runIds, importIds);
}

function isOf({ records }: Trail, resource: Prisma.Sql, id: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(${resource}, ${id}) IN (SELECT * FROM unnest(
    ${records.map((one) => one.resource)}::text[], ${records.map((one) => one.id)}::text[]))`;
}

async function emptyMessages(tx: Transaction, trail: Trail): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string; state: string }[]>`
    SELECT id, state::text FROM "Message" m WHERE ${isOf(trail, Prisma.sql`m.resource`, Prisma.sql`m."recordId"`)}
      OR concat_ws(' ', "toAddress", "toName", subject, text, html, data::text, reply) ~* ${trail.pattern}
    ORDER BY id FOR UPDATE`;
  if (rows.some(({ state }) => state === 'sending'))
    throw conflict('A message to this person is leaving right now. Please try again in a minute.');
  await emptyMessagesById(
    tx,
    rows.map(({ id }) => id),
  );
}

/** Takes everything out of messages that could tell whom they went to; waiting ones are withdrawn. */
export async function emptyMessagesById(tx: Transaction, ids: string[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Message" SET "toAddress" = ${erased}, "toName" = '', subject = '', text = '', html = '', secrets = NULL,
      attachments = '[]', data = '{}', reply = NULL, "idempotencyKey" = 'erased:' || id, "providerId" = NULL,
      state = CASE WHEN state = 'queued' THEN 'cancelled'::"MessageState" ELSE state END
    WHERE id = ANY(${ids}::text[])`;
  await tx.$executeRaw`UPDATE "MessageAttempt" SET reply = NULL WHERE "messageId" = ANY(${ids}::text[])`;
}

async function eraseRunItems(tx: Transaction, trail: Trail): Promise<string[]> {
  const rows = await tx.$queryRaw<{ runId: string }[]>`
    UPDATE "RunItem" i SET "recordTitle" = ${erased}, reason = NULL FROM "Run" r
    WHERE r.id = i."runId" AND ${isOf(trail, Prisma.sql`r.resource`, Prisma.sql`i."recordId"`)} RETURNING i."runId"`;
  return [...new Set(rows.map(({ runId }) => runId))];
}

// The person's rows in imports, which then can neither be written nor taken back any more.
async function eraseImportRows(tx: Transaction, trail: Trail): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string; importId: string; state: string }[]>`
    SELECT w.id, w."importId", i.state::text FROM "ImportRow" w JOIN "Import" i ON i.id = w."importId"
    WHERE ${isOf(trail, Prisma.sql`i.resource`, Prisma.sql`w."recordId"`)}
      OR concat_ws(' ', w.cells::text, w.key, w.changes::text, w.before::text, w.reason) ~* ${trail.pattern}`;
  if (rows.some(({ state }) => ['running', 'paused', 'rehearsed'].includes(state)))
    throw conflict('An import with this person in it is not finished. Finish or cancel it first.');
  await tx.$executeRaw`
    UPDATE "ImportRow" SET cells = '[]', sealed = NULL, key = NULL, changes = '[]', before = NULL, "recordId" = NULL,
      reason = ${erased}, outcome = 'skipped' WHERE id = ANY(${rows.map(({ id }) => id)}::text[])`;
  const ids = [...new Set(rows.map(({ importId }) => importId))];
  // Somebody's name may stand in the first rows without the address.
  await tx.$executeRaw`UPDATE "Import" SET samples = '[]', "fileId" = NULL WHERE id = ANY(${ids}::text[])`;
  return ids;
}

async function eraseAudit(tx: Transaction, trail: Trail): Promise<void> {
  await tx.$executeRaw`
    UPDATE "AuditEntry" SET summary = ${erased}, "recordTitle" = ${erased}, before = NULL, after = NULL
    WHERE ${isOf(trail, Prisma.sql`resource`, Prisma.sql`"recordId"`)}`;
}

async function replaceMentions(
  tx: Transaction,
  table: string,
  { plain, json }: { plain: string[]; json: string[] },
  pattern: string,
): Promise<void> {
  const columns = [...plain, ...json];
  const set = columns.map((name) => {
    const cast = json.includes(name) ? '::jsonb' : '';
    return `"${name}" = regexp_replace("${name}"::text, $1, '${erased}', 'gi')${cast}`;
  });
  const where = columns.map((name) => `"${name}"::text ~* $1`).join(' OR ');
  await tx.$executeRawUnsafe(`UPDATE "${table}" SET ${set.join(', ')} WHERE ${where}`, pattern);
}

// Kept files of the records, of the exports that had them among their rows, and of the spreadsheets that they came with.
async function removeFiles(tx: Transaction, trail: Trail, runIds: string[], importIds: string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ key: string }[]>`
    DELETE FROM "StoredFile" WHERE ${isOf(trail, Prisma.sql`resource`, Prisma.sql`"recordId"`)}
      OR (resource = 'Run' AND "recordId" = ANY(${runIds}::text[]))
      OR (resource = 'Import' AND "recordId" = ANY(${importIds}::text[])) RETURNING key`;
  await tx.$executeRaw`UPDATE "Run" SET "fileId" = NULL WHERE id = ANY(${runIds}::text[])`;
  return rows.map(({ key }) => key);
}
