// Recipients of certificates, the records that the measurements of many records work on. Written by one statement, so that filling takes no time.
import type pg from 'pg';

/** Makes a campaign with so many recipients in a state and returns its id. */
export async function fillRecipients(pool: pg.Pool, count: number, state: 'added' | 'notified' = 'added') {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO "Campaign" (id, slug, title, organisation, "updatedAt")
     VALUES ('bench', 'bench', 'Spring volunteers', 'Green Canal Society', now()) RETURNING id`,
  );
  await pool.query(
    `INSERT INTO "Recipient" (id, "campaignId", email, name, number, state, "createdAt", "updatedAt")
     SELECT lpad(n::text, 8, '0'), $1, 'person' || n || '@example.org', 'Ада Ловлейс ' || n, 'A-' || lpad(n::text, 6, '0'),
       $2::"RecipientState", now() + n * interval '1 millisecond', now()
     FROM generate_series(1, $3::int) n`,
    [rows[0]?.id, state, count],
  );
  // As autovacuum leaves a table some minutes later.
  await pool.query('VACUUM ANALYZE "Recipient"');
  return rows[0]?.id as string;
}
