// F1: the whole main job under SIGKILL: notices, claims and certificates for many people while the process is killed at random
// moments. Every mail arrives; none twice but those that the panel lists as unknown.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compiledFile } from '../kit/compiled.ts';
import { randomFrom, report, seed, sizeOf } from '../kit/experiment.ts';
import { type SmtpSink, startSmtpSink } from '../kit/smtp-sink.ts';
import { addressesOf, type FaultHouse, openFaultHouse, pause } from './fault-house.ts';

const recipients = sizeOf('FAULT_RECIPIENTS', 60, 2_000);
const kills = sizeOf('FAULT_KILLS', 3, 20);
const budget = 180_000 + recipients * 3_000 + kills * 60_000;

let sink: SmtpSink;
let house: FaultHouse;

beforeAll(async () => {
  sink = await startSmtpSink();
  house = await openFaultHouse({ SMTP_URL: sink.url });
});
afterAll(async () => {
  await house?.close();
  await sink?.stop();
});

/** Mails that have been read already, by their place in the sink. */
const read: { to: string; token: string | undefined; kind: 'notice' | 'certificate' }[] = [];

async function arrivals() {
  for (const mail of sink.accepted.slice(read.length)) {
    const message = await PostalMime.parse(mail.raw);
    read.push({
      to: mail.to.join(','),
      token: message.text?.match(/[?&]token=([\w-]+)/)?.[1],
      kind: message.attachments.length > 0 ? 'certificate' : 'notice',
    });
  }
  return read;
}

/** Claims for everybody whose notice has arrived, a dozen at a time, as volunteers would: again until it is answered. */
async function claimAll(claimed: Set<string>): Promise<void> {
  const waiting = (await arrivals()).filter(({ to, token }) => token && !claimed.has(to));
  const claimNext = async (): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const name = `Volunteer ${one.to.split('@')[0]}`;
      const answer = await house.post('/api/submitUserInfo', { token: one.token, name });
      if (!answer) return;
      if (answer.json.code === 0 || answer.json.code === 3) claimed.add(one.to);
    }
  };
  await Promise.all(Array.from({ length: 12 }, claimNext));
}

/** People whose certificate may have arrived: its last word is "unknown", and only staff may send it again. */
const unknownCertificates = () =>
  house.count(
    `select count(distinct r.id) from "Message" m join "Recipient" r on r.id = m."recordId"
     where m.kind = 'certificates.certificate' and m.state = 'unknown' and r.state <> 'mailed'`,
  );

/** Whose notice never arrived, though it may have left: staff would decide; here the volunteer cannot claim. */
async function withoutNotice(): Promise<string[]> {
  const { rows } = await house.sql.query<{ toAddress: string }>(
    `select "toAddress" from "Message" where state = 'unknown' and kind = 'certificates.notice'`,
  );
  const arrived = await arrivals();
  return rows.map(({ toAddress }) => toAddress).filter((one) => !arrived.some(({ to, token }) => to === one && token));
}

async function isDone(claimed: Set<string>): Promise<boolean> {
  const unreachable = await withoutNotice();
  for (const one of unreachable) claimed.add(one);
  if (claimed.size < recipients) return false;
  const pending = await house.count(`select count(*) from "Message" where state in ('queued', 'sending')`);
  const mailed = await house.count(`select count(*) from "Recipient" where state = 'mailed'`);
  return pending === 0 && mailed + (await unknownCertificates()) + unreachable.length >= recipients;
}

it(
  `brings ${recipients} notices and certificates through ${kills} kills, none lost, none twice but the unknown ones`,
  async () => {
    const chance = randomFrom(seed);
    const addresses = addressesOf(recipients);
    await house.server.start();
    const key = await house.campaign('faults', addresses);
    expect((await house.post('/api/email', { token: key, action: 'send' }))?.json).toMatchObject({ code: 0 });

    const claimed = new Set<string>();
    let killed = 0;
    const end = Date.now() + budget - 60_000;
    while (!(await isDone(claimed))) {
      if (Date.now() > end) throw new Error(`It does not end: ${JSON.stringify(await states())}`);
      const claiming = claimAll(claimed);
      if (killed < kills) {
        await pause(300 + chance() * 2500);
        await house.server.stop();
        killed += 1;
        await claiming;
        await house.server.start();
      } else {
        await claiming;
        await pause(200);
      }
    }
    // What was only just accepted is written down a moment later.
    await pause(500);
    const messages = await house.sql.query<{ state: string; kind: string; toAddress: string }>(
      'select state, kind, "toAddress" from "Message"',
    );
    const keyOf = (kind: string, to: string) => `${kind} ${to}`;
    const unknown = new Set(
      messages.rows
        .filter(({ state }) => state === 'unknown')
        .map(({ kind, toAddress }) => keyOf(kind.split('.')[1]!, toAddress)),
    );
    const times = new Map<string, number>();
    for (const { kind, to } of await arrivals()) times.set(keyOf(kind, to), (times.get(keyOf(kind, to)) ?? 0) + 1);
    const unreachable = new Set(await withoutNotice());
    const lost = addresses
      .filter((to) => !unreachable.has(to))
      .flatMap((to) => [keyOf('notice', to), keyOf('certificate', to)])
      .filter((one) => !times.has(one) && !unknown.has(one));
    const doubled = [...times].filter(([one, n]) => n > 1 && !unknown.has(one)).map(([one]) => one);
    report('F1', {
      recipients,
      kills: killed,
      arrived: read.length,
      unknown: unknown.size,
      lost: lost.length,
      doubled: doubled.length,
      'unknown ones asked for again, arrived twice': [...times].filter(([one, n]) => n > 1 && unknown.has(one)).length,
    });
    expect(lost).toEqual([]);
    expect(doubled).toEqual([]);
    expect(messages.rows.filter(({ state }) => !['sent', 'unknown', 'cancelled'].includes(state))).toEqual([]);
    expect(unknown.size).toBeLessThanOrEqual(kills * 8);
    // The control of the experiment itself: the kills came while there was work.
    expect(killed).toBeGreaterThanOrEqual(Math.min(2, kills));
  },
  budget,
);

async function states() {
  const { rows } = await house.sql.query(
    'select kind, state, count(*)::int as n from "Message" group by kind, state order by 1, 2',
  );
  const people = await house.sql.query('select state, problem, count(*)::int as n from "Recipient" group by 1, 2');
  return { messages: rows, people: people.rows };
}

it('finds doubles where a mailer notes afterwards what it has sent: the control', async () => {
  const other = await startSmtpSink();
  await house.sql.query('create table naive (email text primary key, sent boolean not null default false)');
  await house.sql.query('insert into naive select unnest($1::text[])', [addressesOf(40, 'naive')]);
  const chance = randomFrom(seed);
  for (let kill = 0; kill < 4; kill += 1) {
    const before = other.accepted.length;
    const child = spawn(
      process.execPath,
      [compiledFile('tests/faults/naive-mailer-child.ts'), house.database.url, String(other.port)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const gone = once(child, 'exit');
    const stopAt = before + 2 + Math.floor(chance() * 6);
    while (other.accepted.length < stopAt && child.exitCode === null) await pause(2);
    child.kill('SIGKILL');
    await gone;
  }
  const times = new Map<string, number>();
  for (const { to } of other.accepted) times.set(to.join(), (times.get(to.join()) ?? 0) + 1);
  const doubled = [...times.values()].filter((n) => n > 1).length;
  report('F1 control', { doubled });
  expect(doubled).toBeGreaterThan(0);
  await other.stop();
}, 180_000);
