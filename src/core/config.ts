// The configuration: one schema for every variable, all mistakes told at once. The only room that reads the environment.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { isWebhookSecret } from '../lib/standard-webhooks.ts';
import { StartError } from './errors.ts';
import { type ClamdAddress, readClamdUrl } from './files/clamd.ts';
import { readStorageUrl } from './files/storage-url.ts';
import {
  type Dkim,
  dkimOf,
  type MailboxConfig,
  missingForOutbox,
  type QuietHours,
  quietHoursOf,
  readMailboxUrl,
  readSmsConfig,
  type SmsConfig,
} from './outbox/settings.ts';

const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no', ''])
  .transform((value) => ['true', '1', 'yes'].includes(value));
const optionalText = z
  .string()
  .trim()
  .transform((value) => value || undefined)
  .optional();
const httpUrl = (value: string) => /^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value);

const webhookSecret = optionalText.refine(
  (value) => !value || isWebhookSecret(value),
  'must be 24 to 64 bytes in base64. Make one: echo whsec_$(openssl rand -base64 32)',
);

/** Returns what a reader of a setting has to say against it. */
function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const timeZone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}, 'is not a time zone name such as Europe/Amsterdam');

/** Every variable, its default and its rule. `.env.example` has the same names in the same order. */
export const variables = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: optionalText.refine(
    (value) => !value || httpUrl(value),
    'must be an address such as https://example.org',
  ),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: optionalText.refine(
    (value) => !value || /^postgres(ql)?:\/\//.test(value),
    'must begin with postgresql://',
  ),
  DATABASE_DIRECT_URL: optionalText.refine(
    (value) => !value || /^postgres(ql)?:\/\//.test(value),
    'must begin with postgresql://',
  ),
  APP_KEY: optionalText.refine((value) => !value || value.length >= 32, 'must have 32 characters or more'),
  SMTP_URL: optionalText.refine((value) => !value || /^smtps?:\/\//.test(value), 'must begin with smtp:// or smtps://'),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>@\r\n]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/,
      'must be one address such as Steward <steward@example.org>',
    )
    .default('Steward <steward@localhost>'),
  MAIL_RATE: z.coerce.number().positive().max(1000).default(10),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    )
    .refine(
      (origins) => origins.every((one) => one === '*' || (URL.canParse(one) && new URL(one).origin === one)),
      'must be origins such as https://example.org, separated by commas, or *',
    ),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  TIME_ZONE: timeZone.default('UTC'),
  WEB_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1),
  DRAIN_SECONDS: z.coerce.number().int().min(0).max(300).default(0),
  STORAGE_URL: optionalText.superRefine((value, context) => {
    const problem = value && problemOf(() => readStorageUrl(value));
    if (problem) context.addIssue({ code: 'custom', message: problem });
  }),
  CLAMAV_URL: optionalText.refine(
    (value) => !value || readClamdUrl(value) !== undefined,
    'must be tcp://host:3310 or unix:/path',
  ),
  CLAMAV_WHEN_AWAY: z.enum(['refuse', 'keep']).default('refuse'),
  SMS_PROVIDER: z.enum(['capture', 'webhook', 'smsaero', 'twilio']).default('capture'),
  SMS_WEBHOOK_URL: optionalText.refine((value) => !value || httpUrl(value), 'must be an address'),
  SMS_WEBHOOK_SECRET: webhookSecret,
  SMSAERO_EMAIL: optionalText,
  SMSAERO_API_KEY: optionalText,
  SMSAERO_SIGN: optionalText,
  TWILIO_ACCOUNT_SID: optionalText,
  TWILIO_AUTH_TOKEN: optionalText,
  TWILIO_FROM: optionalText,
  SMS_API_URL: optionalText.refine((value) => !value || httpUrl(value), 'must be an address'),
  SMS_RATE: z.coerce.number().positive().max(1000).default(5),
  SMS_COUNTRY: optionalText.refine((value) => !value || /^[A-Z]{2}$/.test(value), 'must be a country such as NL'),
  WEBHOOK_RATE: z.coerce.number().positive().max(1000).default(20),
  OUTGOING_LOOPBACK: flag.default(false),
  BOUNCE_SECRET: webhookSecret,
  BOUNCE_MAILBOX_URL: optionalText.refine(
    (value) => !value || readMailboxUrl(value) !== undefined,
    'must look like imaps://user:password@mail.example.org/INBOX (in user and password write % as %25)',
  ),
  BOUNCE_ADDRESS: optionalText.refine(
    (value) => !value || /^[^\s<>@,+]{1,30}@[^\s<>@,]+$/.test(value),
    'must be one address such as bounces@example.org, with 30 characters at most before the @ and no +',
  ),
  DKIM_DOMAIN: optionalText,
  DKIM_SELECTOR: optionalText,
  DKIM_PRIVATE_KEY: optionalText,
  QUIET_HOURS: optionalText.refine(
    (value) => !value || quietHoursOf(value) !== undefined,
    'must be two clock times such as 21:00-08:00',
  ),
  UNDO_SECONDS: z.coerce.number().int().min(0).max(3600).default(10),
  DRAND_RELAYS: z
    .string()
    .default('https://api.drand.sh,https://api2.drand.sh,https://drand.cloudflare.com')
    .transform((value) =>
      value
        .split(',')
        .map((one) => one.trim().replace(/\/+$/, ''))
        .filter(Boolean),
    )
    .refine((relays) => relays.every(httpUrl), 'must be addresses such as https://api.drand.sh, separated by commas'),
  WORKSHOP_TOKEN_HOURS: z.coerce.number().int().min(1).max(744).default(12),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  DEMO: flag.default(false),
  WORKER_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  METRICS_TOKEN: optionalText.refine((value) => !value || value.length >= 16, 'must have 16 characters or more'),
});

/** The virus scanner, and what becomes of uploads while it gives no verdict. */
export interface AntivirusConfig {
  address: ClamdAddress;
  whenAway: 'refuse' | 'keep';
}

/** The settled configuration that the rest of the program gets; nothing else reads the environment. */
export interface Config {
  mode: 'development' | 'test' | 'production';
  port: number;
  host: string;
  /** Where people reach us, without a final slash. */
  publicUrl: string;
  /** Absolute path. */
  dataDir: string;
  /** Absent: the embedded PostgreSQL is used. */
  databaseUrl: string | undefined;
  /** Past a pooler in transaction mode; absent: DATABASE_URL is no such pooler. */
  databaseDirectUrl: string | undefined;
  /** 32 bytes or more; keys for single purposes are derived from it. */
  appKey: string;
  /** Whether APP_KEY was set, rather than made and kept in the data folder. */
  isKeyGiven: boolean;
  smtpUrl: string | undefined;
  mailFrom: string;
  /** Messages a second over all instances. */
  mailRate: number;
  corsOrigins: string[];
  /** Number of proxies in front of us. */
  trustProxy: number;
  timeZone: string;
  webConcurrency: number;
  /** How long the web still answers after it was told to end, so that a balancer notices. */
  drainSeconds: number;
  storageUrl: string | undefined;
  /** Absent: uploads are not scanned. */
  antivirus: AntivirusConfig | undefined;
  sms: SmsConfig;
  /** Webhooks a second over all instances. */
  webhookRate: number;
  /** Lets our own calls reach this machine itself, without TLS too: for tests and trying things out. */
  outgoingLoopback: boolean;
  /** Absent: nobody may report bounces. */
  bounceSecret: string | undefined;
  /** Absent: no mailbox is read. */
  bounceMailbox: MailboxConfig | undefined;
  /** Mails of the own server come back here, with the message's id behind a plus. */
  bounceAddress: string | undefined;
  dkim: Dkim | undefined;
  /** Minutes of the day, in the time zone, between which only urgent messages leave. */
  quietHours: QuietHours | undefined;
  /** Seconds between the start of a run that sends messages and its first message. */
  undoSeconds: number;
  /** Hours that a token of the workshops API is good. */
  /** Where beacons of drand are asked for, one after the other. */
  drandRelays: string[];
  workshopTokenHours: number;
  logLevel: string;
  demo: boolean;
  /** Where a worker without a web answers /healthz, /readyz and /metrics; absent: nowhere. */
  workerPort: number | undefined;
  /** Who reads /metrics sends it; absent: only this machine may read them. */
  metricsToken: string | undefined;
}

/** All mistakes of the configuration in one error, a line each: what, where, what to type. */
export class ConfigError extends StartError {
  constructor(problems: string[]) {
    super(`The configuration has ${problems.length} mistake(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`);
  }
}

/** Reads and checks the configuration. Throws a ConfigError that lists every mistake at once. */
export function loadConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = variables.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${inWords(issue)}`);
  if (given.NODE_ENV === 'production') {
    if (!given.APP_KEY)
      problems.push('APP_KEY is missing; in production it has no default. Make one: openssl rand -base64 48');
    if (!given.PUBLIC_URL)
      problems.push('PUBLIC_URL is missing; links in mails are built from it, for example https://example.org');
  }
  if (given.DATABASE_DIRECT_URL && !given.DATABASE_URL)
    problems.push('DATABASE_URL is missing; DATABASE_DIRECT_URL is the way past the pooler that it names');
  problems.push(...missingForOutbox(given));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const v = parsed.data;
  const dataDir = path.resolve(v.DATA_DIR);
  return {
    mode: v.NODE_ENV,
    port: v.PORT,
    host: v.HOST,
    publicUrl: (v.PUBLIC_URL ?? `http://localhost:${v.PORT}`).replace(/\/+$/, ''),
    dataDir,
    databaseUrl: v.DATABASE_URL,
    databaseDirectUrl: v.DATABASE_DIRECT_URL,
    isKeyGiven: v.APP_KEY !== undefined,
    appKey: v.APP_KEY ?? keptSecret(dataDir, 'app-key'),
    smtpUrl: v.SMTP_URL,
    mailFrom: v.MAIL_FROM,
    mailRate: v.MAIL_RATE,
    corsOrigins: v.CORS_ORIGINS,
    trustProxy: v.TRUST_PROXY,
    timeZone: v.TIME_ZONE,
    webConcurrency: v.WEB_CONCURRENCY,
    drainSeconds: v.DRAIN_SECONDS,
    storageUrl: v.STORAGE_URL,
    antivirus: antivirusOf(v),
    sms: readSmsConfig(v),
    webhookRate: v.WEBHOOK_RATE,
    outgoingLoopback: v.OUTGOING_LOOPBACK,
    bounceSecret: v.BOUNCE_SECRET,
    bounceMailbox: readMailboxUrl(v.BOUNCE_MAILBOX_URL ?? ''),
    bounceAddress: v.BOUNCE_ADDRESS,
    dkim: dkimOf(v),
    quietHours: quietHoursOf(v.QUIET_HOURS ?? ''),
    undoSeconds: v.UNDO_SECONDS,
    drandRelays: v.DRAND_RELAYS,
    workshopTokenHours: v.WORKSHOP_TOKEN_HOURS,
    logLevel: v.LOG_LEVEL,
    demo: v.DEMO,
    workerPort: v.WORKER_PORT,
    metricsToken: v.METRICS_TOKEN,
  };
}

function antivirusOf(v: z.output<typeof variables>): AntivirusConfig | undefined {
  const address = readClamdUrl(v.CLAMAV_URL ?? '');
  return address && { address, whenAway: v.CLAMAV_WHEN_AWAY };
}

// Where the schema has no words of its own, zod speaks of types; people want to know what to type.
function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'must be a whole number' : 'must be a number';
  if (issue.code === 'too_small')
    return `must be ${issue.inclusive ? '' : 'more than '}${issue.minimum}${issue.inclusive ? ' or more' : ''}`;
  if (issue.code === 'too_big') return `must be ${issue.maximum} or less`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.filter(Boolean).map(String).join(', ')}`;
  return issue.message;
}

/** Returns a secret that is generated once and kept in the data folder, readable by its owner only. */
export function keptSecret(dataDir: string, name: string): string {
  const file = path.join(dataDir, 'secrets', name);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const value = randomBytes(36).toString('base64url');
  // Linked into place complete: of two processes that start at once, neither may read the other's half-written secret.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, `${value}\n`, { mode: 0o600 });
  try {
    linkSync(own, file);
    return value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(file, 'utf8').trim();
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Derives a 32-byte key for one purpose from the application key. */
export function derivedKey(appKey: string, purpose: string): Buffer {
  return createHash('sha256').update(`${purpose}\0${appKey}`).digest();
}
