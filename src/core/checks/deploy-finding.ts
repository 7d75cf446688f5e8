// What a finding of `steward check --deploy` is, and how addresses and secrets are judged. See deploy.ts.
import { isIP } from 'node:net';

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

/** Names of the machine itself. */
export const oneMachine = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;
const guessable = /change.?me|example|password|secret|steward|1234|qwerty|(.)\1{5,}/i;

/** Tells whether a secret can be guessed: a known word in it, or hardly any different characters. */
export function isWeak(secret: string): boolean {
  return guessable.test(secret) || new Set(secret).size < Math.min(12, secret.length);
}

/** Tells whether an address of a server has no password, or one that can be guessed. */
export function hasWeakPassword(databaseUrl: string): boolean {
  const { password, hostname } = partsOf(databaseUrl);
  // On a socket of the same machine the system itself says who asks.
  const isSocket = hostname === '' || databaseUrl.includes('host=/');
  return !isSocket && (password.length < 8 || guessable.test(decodeURIComponent(password)));
}

/** Splits the address of a server; what cannot be split counts as a server elsewhere without a password. */
export function partsOf(address: string): URL {
  return new URL(URL.canParse(address) ? address : 'none://unreadable.example');
}

/** Tells whether a host is this machine, or a neighbour in the same container network: a bare word. */
export function isNear(hostname: string): boolean {
  return oneMachine.test(hostname) || (!hostname.includes('.') && isIP(hostname) === 0);
}

/** Tells whether a database is reached over the network without TLS. */
export function isPlainAndFar(databaseUrl: string): boolean {
  const { hostname, searchParams } = partsOf(databaseUrl);
  const mode = searchParams.get('sslmode') ?? 'disable';
  return !isNear(hostname) && ['disable', 'allow', 'prefer'].includes(mode);
}

/** Builds a finding that would harm people. */
export function serious(id: string, message: string, hint: string): DeployProblem {
  return { id: `deploy.${id}`, level: 'serious', message, hint };
}

/** Builds a finding to think about. */
export function warning(id: string, message: string, hint: string): DeployProblem {
  return { id: `deploy.${id}`, level: 'warning', message, hint };
}

/** Returns the finding where it holds. */
export function when(isSo: boolean, problem: DeployProblem): DeployProblem[] {
  return isSo ? [problem] : [];
}
