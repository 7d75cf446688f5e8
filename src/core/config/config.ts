// The configuration: every variable of the house and of the modules read once, all mistakes told at once. The only room that reads the environment.
import path from 'node:path';
import { z } from 'zod';
import { StartError } from '../errors.ts';
import { type ClamdAddress, readClamdUrl } from '../files/clamd.ts';
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
} from '../outbox/settings.ts';
import { keptSecret } from './secrets.ts';
import { variables } from './variables.ts';

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
  /** Connections to the database that this process holds at most. */
  databaseConnections: number;
  /** How many seconds somebody waits for one of them before being told to try again. */
  databaseWaitSeconds: number;
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
  logLevel: string;
  demo: boolean;
  /** Where a worker without a web answers /healthz, /readyz and /metrics; absent: nowhere. */
  workerPort: number | undefined;
  /** Who reads /metrics sends it; absent: only this machine may read them. */
  metricsToken: string | undefined;
  /** What the modules' own variables say, by name; a module reads its own by `moduleVariables(…).of`. */
  ofModules: Readonly<Record<string, unknown>>;
}

/** All mistakes of the configuration in one error, a line each: what, where, what to type. */
export class ConfigError extends StartError {
  constructor(problems: string[]) {
    super(`The configuration has ${problems.length} mistake(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`);
  }
}

/** Reads and checks the configuration of the house and these modules. Throws a ConfigError that lists every mistake at once. */
export function loadConfig(
  environment: Record<string, string | undefined>,
  modules: readonly { variables?: { shape: z.ZodRawShape } }[] = [],
): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = variables.safeParse(given);
  const brought = z.object(Object.assign({}, ...modules.map((one) => one.variables?.shape))).safeParse(given);
  const problems = [parsed, brought].flatMap(({ error }) =>
    (error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${inWords(issue)}`),
  );
  if (given.NODE_ENV === 'production') {
    if (!given.APP_KEY)
      problems.push('APP_KEY is missing; in production it has no default. Make one: openssl rand -base64 48');
    if (!given.PUBLIC_URL)
      problems.push('PUBLIC_URL is missing; links in mails are built from it, for example https://example.org');
  }
  if (given.DATABASE_DIRECT_URL && !given.DATABASE_URL)
    problems.push('DATABASE_URL is missing; DATABASE_DIRECT_URL is the way past the pooler that it names');
  problems.push(...missingForOutbox(given));
  if (!parsed.success || !brought.success || problems.length > 0) throw new ConfigError(problems);
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
    databaseConnections: v.DATABASE_CONNECTIONS,
    databaseWaitSeconds: v.DATABASE_WAIT_SECONDS,
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
    logLevel: v.LOG_LEVEL,
    demo: v.DEMO,
    workerPort: v.WORKER_PORT,
    metricsToken: v.METRICS_TOKEN,
    ofModules: brought.data,
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
