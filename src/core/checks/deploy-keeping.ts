// What `steward check --deploy` finds where Steward keeps things: secrets, files, the database, the machine. See deploy.ts.
import type { Config } from '../config/config.ts';
import { readStorageUrl } from '../files/storage-url.ts';
import {
  type DeployFacts,
  type DeployProblem,
  hasWeakPassword,
  isNear,
  isPlainAndFar,
  isWeak,
  serious,
  warning,
  when,
} from './deploy-finding.ts';

/** Finds secrets that are missing, weak or endless. */
export function aboutSecrets({ appKey, metricsToken, databaseUrl }: Config, facts: DeployFacts): DeployProblem[] {
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

/** Finds what is wrong with where files go. */
export function aboutFiles({ storageUrl, antivirus }: Config, facts: DeployFacts): DeployProblem[] {
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

/** Finds what is wrong with the database, the process and what it writes down. */
export function aboutPlace({ databaseUrl, logLevel, demo }: Config, facts: DeployFacts): DeployProblem[] {
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
