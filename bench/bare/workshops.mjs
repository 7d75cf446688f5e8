// The same two doors of the workshops as plain node:http and pg: an event as JSON, and the replacement of somebody's registrations with the
// same locks, checks and rows. COUNTED=1 counts each call by address as our limits do.
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 15,
  onConnect: (client) => client.query("SET TIME ZONE 'UTC'"),
});
const isCounted = process.env.COUNTED === '1';
const key = createHash('sha256').update(`web-token:workshops.user\0${process.env.APP_KEY}`).digest();

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const rows = async (client, text, ...values) => (await client.query(text, values)).rows;

async function count(rule, request) {
  if (!isCounted) return;
  const now = Date.now();
  const by = createHash('sha256').update(request.headers['x-forwarded-for']).digest('base64url');
  const [{ points }] = await rows(
    pool,
    `INSERT INTO "RateLimit" AS r ("key", "points", "expire") VALUES ($1, 1, $2) ON CONFLICT ("key") DO UPDATE SET
      "points" = CASE WHEN r."expire" <= $3 THEN 1 ELSE r."points" + 1 END, "expire" = CASE WHEN r."expire" <= $3 THEN $2 ELSE r."expire" END
      RETURNING "points"`,
    `bare.${rule}:${by}`,
    now + 300_000,
    now,
  );
  if (points > 6000) throw new Refused(429, 'too many');
}

async function readEvent(number) {
  const [event] = await rows(pool, 'SELECT * FROM "WorkshopEvent" WHERE "number" = $1', number);
  if (!event) throw new Refused(404, 'no such event');
  const workshops = await rows(pool, 'SELECT * FROM "Workshop" WHERE "eventId" = $1 ORDER BY "number"', event.id);
  return {
    id: event.number,
    available: event.available,
    name: event.name,
    workshops: workshops.map(({ number, title, description, moment, limit, targetGroup, taken }) => ({
      id: number,
      title,
      description,
      moment,
      limit,
      targetGroup,
      event: event.number,
      registrations: null,
      _registrationCount: taken,
    })),
  };
}

function subjectOf(request) {
  const [head, body, given = ''] = (request.headers.authorization ?? '').split(' ')[1]?.split('.') ?? [];
  const wanted = createHmac('sha256', key).update(`${head}.${body}`).digest();
  const signature = Buffer.from(given, 'base64url');
  if (signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) throw new Refused(401, 'who?');
  const said = JSON.parse(Buffer.from(body, 'base64url').toString());
  if (said.aud !== 'workshops.user' || said.exp < Date.now() / 1000) throw new Refused(401, 'too late');
  return said;
}

async function setRegistrations(request, number, { workshop_ids: numbers }) {
  const said = subjectOf(request);
  const [attendee] = await rows(pool, 'SELECT * FROM "Attendee" WHERE "number" = $1', Number(said.sub));
  if (!attendee?.identityHash || attendee.epoch !== said.epoch) throw new Refused(401, 'over');
  if (attendee.number !== number) throw new Refused(403, 'not yours');
  if (!Array.isArray(numbers) || !numbers.every(Number.isInteger) || new Set(numbers).size < numbers.length)
    throw new Refused(400, 'workshop_ids does not fit');
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await replace(client, attendee, numbers);
    await client.query('COMMIT');
    const kept = await rows(
      client,
      `SELECT r."number" AS "id", w."number" AS "workshop_id", r."entryTime" FROM "WorkshopRegistration" r
        JOIN "Workshop" w ON w."id" = r."workshopId" WHERE r."attendeeId" = $1 ORDER BY r."number"`,
      attendee.id,
    );
    return {
      registrations: kept.map(({ id, workshop_id, entryTime }) => ({
        id,
        workshop_id,
        user_id: number,
        user: number,
        entry_time: entryTime.toISOString().replace(/Z$/, '+00:00'),
      })),
    };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

async function replace(client, attendee, numbers) {
  await client.query('SELECT 1 FROM "Attendee" WHERE "id" = $1 FOR NO KEY UPDATE', [attendee.id]);
  const current = (
    await rows(client, 'SELECT "workshopId" FROM "WorkshopRegistration" WHERE "attendeeId" = $1', attendee.id)
  ).map(({ workshopId }) => workshopId);
  const locked = await rows(
    client,
    'SELECT * FROM "Workshop" WHERE "id" = ANY($1::text[]) OR "number" = ANY($2::int[]) ORDER BY "id" FOR NO KEY UPDATE',
    current,
    numbers,
  );
  const chosen = numbers.map((one) => locked.find(({ number }) => number === one));
  if (chosen.includes(undefined)) throw new Refused(400, 'no such workshop');
  const ids = chosen.map(({ id }) => id);
  const [event] = await rows(client, 'SELECT "available" FROM "WorkshopEvent" WHERE "id" = $1', attendee.eventId);
  if (!event.available) throw new Refused(403, 'closed');
  const links = await rows(
    client,
    'SELECT * FROM "WorkshopLink" WHERE "firstId" = ANY($1::text[]) OR "secondId" = ANY($1::text[])',
    ids,
  );
  const isBroken = ({ firstId, secondId, type }) => {
    const both = Number(ids.includes(firstId)) + Number(ids.includes(secondId));
    return type === 'exclusive' ? both === 2 : both === 1;
  };
  const fits = ({ eventId, targetGroup }) => eventId === attendee.eventId && targetGroup === attendee.targetGroup;
  if (!chosen.every(fits) || new Set(chosen.map(({ moment }) => moment)).size < ids.length || links.some(isBroken))
    throw new Refused(403, 'not together');
  const added = chosen.filter(({ id }) => !current.includes(id));
  if (added.some(({ taken, held, limit }) => taken + held >= limit)) throw new Refused(403, 'full');
  const removed = current.filter((id) => !ids.includes(id));
  if (removed.length > 0)
    await client.query(
      'DELETE FROM "WorkshopRegistration" WHERE "attendeeId" = $1 AND "workshopId" = ANY($2::text[])',
      [attendee.id, removed],
    );
  if (added.length > 0)
    await client.query(
      'INSERT INTO "WorkshopRegistration" ("id", "workshopId", "attendeeId") SELECT unnest($1::text[]), unnest($2::text[]), $3',
      [added.map(() => randomUUID()), added.map(({ id }) => id), attendee.id],
    );
}

async function bodyOf(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > 50_000) throw new Refused(413, 'too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Refused(400, 'no JSON');
  }
}

async function answer(request) {
  if (request.url === '/readyz') return rows(pool, 'SELECT 1');
  const event = /^\/events\/(\d+)$/.exec(request.url)?.[1];
  if (event && request.method === 'GET') {
    await count('read', request);
    return readEvent(Number(event));
  }
  const user = /^\/registrations\/user\/(\d+)$/.exec(request.url)?.[1];
  if (user && request.method === 'PUT') {
    await count('write', request);
    return setRegistrations(request, Number(user), await bodyOf(request));
  }
  throw new Refused(404, 'no such address');
}

createServer(async (request, response) => {
  const send = (status, value) => {
    const body = JSON.stringify(value);
    response.writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  try {
    send(200, await answer(request));
  } catch (error) {
    send(error.status ?? 500, { error: error.message });
  }
}).listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
