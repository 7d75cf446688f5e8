// What is not fit for production: of the configuration, of this machine, of what the database holds. See `steward check --deploy`.
// The rule: each finding has a lasting id, says what is wrong and what to type; "serious" ones would harm people.
import { isIP } from 'node:net';
import type { Config } from '../config/config.ts';
import type { Core } from '../core.ts';
import { readStorageUrl } from '../files/storage-url.ts';

/** A finding. */
export interface DeployProblem {
  /** Lasting name such as `deploy.D001`. */
  id: string;
  level: 'serious' | 'warning';
  message: string;
  /** What to do about it. */
  hint: string;
}

/** What the configuration itself does not say. */
export interface DeployFacts {
  /** Whether APP_KEY was given, rather than made and kept in the data folder. */
  isKeyGiven: boolean;
  /** Whether this process is root; undefined where there is no such thing. */
  isRoot?: boolean;
  hasAdministrator: boolean;
  /** Whether the demo was loaded into this database. */
  hasDemo: boolean;
  /** API keys in use that never end. */
  endlessKeys: number;
  /** Why files cannot be stored; undefined when they can. */
  storageTrouble?: string;
  /** Whether a configured virus scanner gives no answer. */
  isScannerAway?: boolean;
}

const oneMachine = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;
const known = /change.?me|example|password|secret|steward|1234|qwerty|(.)\1{5,}/i;

/** Returns what is not fit for production; the serious ones first. */
export function deployProblems(config: Config, facts: DeployFacts): DeployProblem[] {
  const all = [
    ...aboutAddress(config),
    ...aboutSecrets(config, facts),
    ...aboutMail(config),
    ...aboutFiles(config, facts),
    ...aboutPlace(config, facts),
  ];
  return all.sort((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id));
}

/** Gathers the facts of a running core. */
export async function deployFacts(core: Core): Promise<DeployFacts> {
  const [administrators, demo, endlessKeys, storageTrouble, isScannerThere] = await Promise.all([
    core.db.operator.count({ where: { state: 'active', role: { is: { permissions: { has: '*' }, scope: 'all' } } } }),
    core.db.setting.findUnique({ where: { key: 'demo' } }),
    core.db.apiKey.count({ where: { revokedAt: null, expiresAt: null } }),
    core.files.check().then(
      () => undefined,
      (error: Error) => error.message,
    ),
    core.files.isScannerThere(),
  ]);
  return {
    isKeyGiven: core.config.isKeyGiven,
    isRoot: process.getuid?.() === 0,
    hasAdministrator: administrators > 0,
    hasDemo: demo !== null,
    endlessKeys,
    storageTrouble,
    isScannerAway: !isScannerThere,
  };
}

function aboutAddress({ mode, publicUrl, trustProxy, corsOrigins, host }: Config): DeployProblem[] {
  const url = new URL(publicUrl);
  const isHere = oneMachine.test(url.hostname);
  return [
    ...when(mode !== 'production', serious('D001', `NODE_ENV is ${mode}.`, 'Set NODE_ENV=production.')),
    ...when(
      isHere,
      serious(
        'D002',
        `PUBLIC_URL is ${publicUrl}, which nobody else reaches.`,
        'Set PUBLIC_URL to the address that people type, for example https://example.org.',
      ),
    ),
    ...when(
      url.protocol !== 'https:' && !isHere,
      serious(
        'D003',
        'PUBLIC_URL is not https: passwords and links travel in the clear.',
        'Put a proxy with TLS in front and set PUBLIC_URL=https://…',
      ),
    ),
    ...when(
      url.protocol === 'https:' && trustProxy === 0,
      warning(
        'D004',
        'PUBLIC_URL is https but TRUST_PROXY is 0: every visitor seems to have the address of the proxy, and limits count them as one.',
        'Set TRUST_PROXY to the number of proxies in front, usually 1.',
      ),
    ),
    ...when(
      corsOrigins.includes('*'),
      serious(
        'D005',
        'CORS_ORIGINS is *: every site’s scripts may call the API.',
        'Name the origins of your front ends, separated by commas.',
      ),
    ),
    ...when(
      corsOrigins.some((one) => one.startsWith('http:') && !oneMachine.test(new URL(one).hostname)),
      warning('D006', 'CORS_ORIGINS has an origin without https.', 'Serve that front end over https.'),
    ),
    ...when(
      trustProxy === 0 && !oneMachine.test(host) && url.protocol === 'https:',
      warning(
        'D007',
        `HOST is ${host}: who reaches the port speaks to us without TLS.`,
        'Let only the proxy reach this port, or set HOST=127.0.0.1.',
      ),
    ),
  ];
}

function aboutSecrets({ appKey, metricsToken, databaseUrl }: Config, facts: DeployFacts): DeployProblem[] {
  return [
    ...when(
      !facts.isKeyGiven,
      serious(
        'D010',
        'APP_KEY is not set; the one in use was made here and lies in DATA_DIR.',
        'Make one with “openssl rand -base64 48”, keep it where secrets are kept, and set APP_KEY. What was sealed with the old one must be entered anew.',
      ),
    ),
    ...when(
      facts.isKeyGiven && isWeak(appKey),
      serious(
        'D011',
        'APP_KEY can be guessed: it has a known word or too few different characters.',
        'Make one: openssl rand -base64 48',
      ),
    ),
    ...when(
      metricsToken !== undefined && isWeak(metricsToken),
      warning('D012', 'METRICS_TOKEN can be guessed.', 'Make one: openssl rand -base64 24'),
    ),
    ...when(
      databaseUrl !== undefined && hasWeakPassword(databaseUrl),
      serious(
        'D013',
        'The password in DATABASE_URL is missing or can be guessed.',
        'Give the database user a password of 16 random characters or more.',
      ),
    ),
    ...when(
      databaseUrl !== undefined && isPlainAndFar(databaseUrl),
      warning(
        'D014',
        'DATABASE_URL leads over the network without TLS.',
        'Add sslmode=verify-full (or keep the database on a private network).',
      ),
    ),
    ...when(
      facts.endlessKeys > 0,
      warning(
        'D015',
        `${facts.endlessKeys} API key(s) never end.`,
        'Make keys that end, and revoke these in the panel under API keys.',
      ),
    ),
  ];
}

function aboutMail({ smtpUrl, mailFrom, sms, undoSeconds, bounceSecret, bounceMailbox }: Config): DeployProblem[] {
  const sender = /@([^>\s]+)>?$/.exec(mailFrom)?.[1] ?? '';
  return [
    ...when(
      smtpUrl === undefined,
      serious(
        'D020',
        'SMTP_URL is not set: no mail leaves, not even a password reset.',
        'Set SMTP_URL=smtps://user:password@mail.example.org.',
      ),
    ),
    ...when(
      oneMachine.test(sender) || !sender.includes('.'),
      serious(
        'D021',
        `MAIL_FROM is ${mailFrom}, which mail servers refuse.`,
        'Set MAIL_FROM to an address of your own domain.',
      ),
    ),
    ...when(
      smtpUrl?.startsWith('smtp:') === true && !oneMachine.test(partsOf(smtpUrl).hostname),
      warning(
        'D022',
        'SMTP_URL begins with smtp://: TLS is only used if the server offers it.',
        'Use smtps:// where the provider has it.',
      ),
    ),
    ...when(
      sms.provider === 'capture',
      warning(
        'D023',
        'SMS_PROVIDER is capture: no SMS leaves.',
        'Set SMS_PROVIDER if you send SMS; otherwise leave it.',
      ),
    ),
    ...when(
      undoSeconds === 0,
      warning('D024', 'UNDO_SECONDS is 0: nobody can stop a wrong mailing.', 'Set UNDO_SECONDS=10 or more.'),
    ),
    ...when(
      smtpUrl !== undefined && bounceSecret === undefined && bounceMailbox === undefined,
      warning(
        'D025',
        'Nobody tells which mails come back: dead addresses are written to again and again.',
        'Set BOUNCE_MAILBOX_URL, or BOUNCE_SECRET and let your provider post to /api/bounces.',
      ),
    ),
  ];
}

function aboutFiles({ storageUrl, antivirus }: Config, facts: DeployFacts): DeployProblem[] {
  return [
    ...when(
      facts.storageTrouble !== undefined,
      serious('D040', `Files cannot be stored: ${facts.storageTrouble}`, 'Mend STORAGE_URL, or what it names.'),
    ),
    ...when(
      isPlainStorage(storageUrl),
      warning(
        'D041',
        'STORAGE_URL leads over the network without TLS: files travel in the clear.',
        'Leave out tls=false (or keep the storage on a private network).',
      ),
    ),
    ...when(
      facts.isScannerAway === true,
      serious('D042', 'The virus scanner of CLAMAV_URL does not answer.', 'Start clamd, or correct CLAMAV_URL.'),
    ),
    ...when(
      antivirus?.whenAway === 'keep',
      warning(
        'D043',
        'CLAMAV_WHEN_AWAY is keep: while the scanner is away uploads are kept unscanned.',
        'Set CLAMAV_WHEN_AWAY=refuse.',
      ),
    ),
  ];
}

function isPlainStorage(storageUrl: string | undefined): boolean {
  const place = readStorageUrl(storageUrl ?? 'file:');
  return place.kind === 's3' && place.endpoint.startsWith('http:') && !isNear(new URL(place.endpoint).hostname);
}

// A bare word is a neighbour in the same container network.
function isNear(hostname: string): boolean {
  return oneMachine.test(hostname) || (!hostname.includes('.') && isIP(hostname) === 0);
}

function aboutPlace({ databaseUrl, logLevel, demo }: Config, facts: DeployFacts): DeployProblem[] {
  return [
    ...when(
      databaseUrl === undefined,
      serious(
        'D030',
        'The embedded database is in use: one machine, no replica, backups by yourself.',
        'Set DATABASE_URL to a PostgreSQL that is backed up.',
      ),
    ),
    ...when(demo, serious('D031', 'DEMO is true.', 'Leave DEMO out.')),
    ...when(
      facts.hasDemo,
      warning(
        'D032',
        'The demo was loaded into this database: its invented people are among yours.',
        'Start with an empty database.',
      ),
    ),
    ...when(
      !facts.hasAdministrator,
      warning(
        'D033',
        'Nobody with every right can sign in yet.',
        'Run: npm run steward -- operator:create --email you@example.org',
      ),
    ),
    ...when(facts.isRoot === true, warning('D034', 'This process runs as root.', 'Start Steward as an ordinary user.')),
    ...when(logLevel === 'debug', warning('D035', 'LOG_LEVEL is debug.', 'Set LOG_LEVEL=info.')),
    ...when(
      logLevel === 'silent' || logLevel === 'fatal',
      warning('D036', `LOG_LEVEL is ${logLevel}: faults are not written down.`, 'Set LOG_LEVEL=info.'),
    ),
  ];
}

/** Tells whether a secret can be guessed: a known word in it, or hardly any different characters. */
export function isWeak(secret: string): boolean {
  return known.test(secret) || new Set(secret).size < Math.min(12, secret.length);
}

function hasWeakPassword(databaseUrl: string): boolean {
  const { password, hostname } = partsOf(databaseUrl);
  // On a socket of the same machine the system itself says who asks.
  const isSocket = hostname === '' || databaseUrl.includes('host=/');
  return !isSocket && (password.length < 8 || known.test(decodeURIComponent(password)));
}

// What the address of a server cannot be split into counts as a server elsewhere without a password.
function partsOf(address: string): URL {
  return new URL(URL.canParse(address) ? address : 'none://unreadable.example');
}

function isPlainAndFar(databaseUrl: string): boolean {
  const { hostname, searchParams } = partsOf(databaseUrl);
  const mode = searchParams.get('sslmode') ?? 'disable';
  return !isNear(hostname) && ['disable', 'allow', 'prefer'].includes(mode);
}

function serious(id: string, message: string, hint: string): DeployProblem {
  return { id: `deploy.${id}`, level: 'serious', message, hint };
}

function warning(id: string, message: string, hint: string): DeployProblem {
  return { id: `deploy.${id}`, level: 'warning', message, hint };
}

function when(isSo: boolean, problem: DeployProblem): DeployProblem[] {
  return isSo ? [problem] : [];
}

function rank({ level }: DeployProblem): number {
  return level === 'serious' ? 0 : 1;
}
