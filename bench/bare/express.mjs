// What every web application of this kind begins with: express and pg, one route that asks the database. For start time and memory.
import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 15 });
const app = express();
app.get('/readyz', async (_request, response) => {
  await pool.query('SELECT 1');
  response.json({ status: 'ready' });
});
app.get('/events', async (_request, response) => {
  const { rows } = await pool.query(
    'SELECT "number" AS "id", "available", "name" FROM "WorkshopEvent" ORDER BY "number"',
  );
  response.json({ events: rows });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
