// A whole Steward with the certificates module for one test file: database, worker, web, and an SMTP server that keeps what it takes.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Core, configureLog, createCore, loadConfig, startWorker, systemActor } from '../../../src/core/index.ts';
import { createCampaign, newOrganiserKey } from '../../../src/modules/certificates/campaigns.ts';
import certificates from '../../../src/modules/certificates/module.ts';
import { sendNotice } from '../../../src/modules/certificates/notices.ts';
import { addRecipients } from '../../../src/modules/certificates/recipients.ts';
import { readPeople } from '../../../src/modules/certificates/recipients-list.ts';
import { cloneDatabase } from '../../kit/database.ts';
import { openTestWeb, type TestWeb } from '../../kit/http.ts';
import { type AcceptedMail, type Behaviour, type SmtpSink, startSmtpSink } from '../../kit/smtp-sink.ts';

/** What a test of this module works with. */
export interface House {
  core: Core;
  web: TestWeb;
  sink: SmtpSink;
  /** Everything the log has written. */
  logged: string[];
  /** What the mail server does to an address; none: it accepts. */
  behave: Map<string, Behaviour>;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the house. */
export async function openHouse(settings: Record<string, string> = {}): Promise<House> {
  const database = await cloneDatabase();
  const behave = new Map<string, Behaviour>();
  const sink = await startSmtpSink({ behave: (to) => behave.get(to) });
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'steward-certificates-'));
  const config = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    APP_KEY: 'k'.repeat(40),
    SMTP_URL: sink.url,
    MAIL_RATE: '500',
    UNDO_SECONDS: '0',
    PUBLIC_URL: 'https://steward.example.org',
    CORS_ORIGINS: 'https://community.example.org',
    LOG_LEVEL: 'debug',
    ...settings,
  });
  const logged: string[] = [];
  configureLog({ level: 'debug', readable: false, write: (line) => logged.push(line) });
  const started = await createCore({
    config,
    modules: [certificates],
    connection: database.connection,
    role: 'test',
  });
  const web = await openTestWeb(started.core);
  let worker: Awaited<ReturnType<typeof startWorker>> | undefined;
  const house: House = {
    core: started.core,
    web,
    sink,
    logged,
    behave,
    async startWorker() {
      worker ??= await startWorker(started.core);
    },
    async stopWorker() {
      await worker?.stop();
      worker = undefined;
    },
    async close() {
      await house.stopWorker();
      await web.close();
      await started.close();
      await sink.stop();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return house;
}

/** Makes a campaign with these people (lines of a list) and its organiser's key. */
export async function makeCampaign(house: House, list: string, values: object = {}) {
  return house.core.transaction(systemActor, async (work) => {
    const campaign = await createCampaign(work, { title: 'Spring volunteers', organisation: 'Green Canal', ...values });
    if (list) await addRecipients(work, campaign.id, readPeople(list));
    const { key } = await newOrganiserKey(work, campaign.id);
    return { campaign, key };
  });
}

/** Notifies a recipient by mail and returns the token of the link in it. */
export async function notifiedToken(house: House, email: string): Promise<string> {
  const row = await recipientOf(house, email);
  const before = house.sink.accepted.length;
  await house.core.transaction(systemActor, (work) =>
    sendNotice(work, row.id, { expected: 'added', idempotencyKey: `test:${row.id}:${before}` }),
  );
  await until(async () => (await recipientOf(house, email)).state === 'notified');
  return tokenIn(mailsTo(house, email).at(-1)!);
}

/** Returns the recipient of an address; addresses are unique in each test file. */
export async function recipientOf(house: House, email: string) {
  return house.core.db.recipient.findFirstOrThrow({ where: { email }, include: { certificates: true } });
}

/** Returns the mails that the server took for an address. */
export function mailsTo(house: House, email: string): AcceptedMail[] {
  return house.sink.accepted.filter(({ to }) => to.includes(email));
}

/** Reads the token out of a notice. */
export function tokenIn(mail: AcceptedMail): string {
  const text = mail.raw.replace(/=\r\n/g, '').replace(/=3D/g, '=');
  const token = /[?&]token=([\w-]{32})/.exec(text)?.[1];
  if (!token) throw new Error('This mail has no token.');
  return token;
}

/** Waits until something holds, 15 s at most. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error('It did not come to hold within 15 seconds.');
}
