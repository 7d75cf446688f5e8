// Our own HTTP calls to other people's addresses. The rule (hazard 51): https to public addresses only, checked at the moment of
// connecting, so that no name can change its mind in between; no redirects; ten seconds; one megabyte.
import { lookup as systemLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from '../../lib/public-address.ts';
import { invalid } from '../errors.ts';
import { phrase } from '../words/catalogue.ts';

/** A call as it is made. */
export interface OutgoingCall {
  url: string;
  method?: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Until the last byte of the answer; 10 s at most and by default. */
  timeoutMs?: number;
  /**
   * Where it may go. `public` (default): https to public addresses. `loopback`: this machine too, without TLS as well.
   * `configured`: anywhere, for addresses that stand in the configuration of the installation and nowhere else.
   */
  reach?: 'public' | 'loopback' | 'configured';
  /** How names become addresses; for tests of names that change. */
  lookup?: LookupFunction;
}

/** What the other side said. */
export interface OutgoingAnswer {
  status: number;
  /** At most a megabyte. */
  text: string;
  /** Seconds asked for by Retry-After, if any. */
  retryAfter: number | undefined;
}

/** Why there is no answer. `forbidden`: not a place to call. `unreachable`: nothing has left. `lost`: it may have arrived. */
export class OutgoingError extends Error {
  readonly kind: 'forbidden' | 'unreachable' | 'lost';

  constructor(kind: OutgoingError['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutgoingError';
    this.kind = kind;
  }
}

/** Asked before each call; while one says yes, nothing goes out. One for each running core of this process. */
const silences = new Set<() => Promise<boolean>>();

/** Lets no call out while `isSilent` says so. Returns how to take that back. */
export function silenceCalls(isSilent: () => Promise<boolean>): () => void {
  silences.add(isSilent);
  return () => void silences.delete(isSilent);
}

const patience = 10_000;
const mostBytes = 1_000_000;

/** Makes the call and reads the answer, whatever its status. Throws an OutgoingError. */
export async function callOut(call: OutgoingCall): Promise<OutgoingAnswer> {
  const url = readTarget(call.url, call.reach ?? 'public');
  for (const isSilent of silences)
    if (await isSilent())
      throw new OutgoingError('unreachable', 'This is a restored copy, which calls nobody until it is released.');
  return new Promise((resolve, reject) => exchange(call, url, resolve, reject));
}

/** Returns the address if it can be called at all, judged by its letters. Throws invalid naming the field. */
export function mustBeCallable(url: string, reach: OutgoingCall['reach'] = 'public', field = 'url'): string {
  try {
    return readTarget(url, reach).href;
  } catch (error) {
    if (error instanceof OutgoingError) throw invalid(error.message, { [field]: error.message }, error);
    throw error;
  }
}

function readTarget(written: string, reach: NonNullable<OutgoingCall['reach']>): URL {
  const url = written.length <= 2_000 && URL.canParse(written) ? new URL(written) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new OutgoingError('forbidden', phrase('This is not a web address.'));
  if (url.username || url.password)
    throw new OutgoingError('forbidden', phrase('The address must not hold a user name or a password.'));
  if (reach === 'configured') return url;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isOwn = reach === 'loopback' && (isLoopbackAddress(host) || host === 'localhost');
  if (url.protocol !== 'https:' && !isOwn)
    throw new OutgoingError('forbidden', phrase('The address must begin with https://.'));
  // A name is judged when it is looked up; digits never are.
  if (isIP(host) && !isOwn && !isPublicAddress(host)) throw notAllowed();
  return url;
}

/** Builds the error for an address that is none of the outside world. */
export function notAllowed(): OutgoingError {
  return new OutgoingError('forbidden', phrase('The address leads into a private network.'));
}

/** Looks names up and hands on the very addresses that were checked: what is connected to is what was judged. */
export function guardedLookup({
  reach = 'public',
  lookup = systemLookup,
}: Pick<OutgoingCall, 'reach' | 'lookup'>): LookupFunction {
  return (name, options, done) =>
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      const addresses = (typeof found === 'string' ? [] : found).filter(({ address }) => address);
      const isAllowed = (address: string) =>
        reach === 'configured' || isPublicAddress(address) || (reach === 'loopback' && isLoopbackAddress(address));
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isAllowed(address))) return done(notAllowed(), '');
      if (options.all) return done(null, addresses);
      done(null, first.address, first.family);
    });
}

function exchange(
  call: OutgoingCall,
  url: URL,
  resolve: (answer: OutgoingAnswer) => void,
  reject: (error: OutgoingError) => void,
): void {
  let isConnected = false;
  const body = call.body === undefined ? undefined : Buffer.from(call.body);
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    method: call.method ?? 'POST',
    headers: {
      'User-Agent': 'Steward',
      Accept: 'application/json, */*;q=0.1',
      'Accept-Encoding': 'identity',
      ...(body ? { 'Content-Length': body.length } : {}),
      ...call.headers,
    },
    agent: false,
    lookup: guardedLookup(call),
    maxHeaderSize: 16_384,
  });
  const fail = (error: Error) => {
    clearTimeout(timer);
    request.destroy();
    if (error instanceof OutgoingError) return reject(error);
    const kind = isConnected ? 'lost' : 'unreachable';
    reject(new OutgoingError(kind, reasonOf(error), error));
  };
  let answer: http.IncomingMessage | undefined;
  const timer = setTimeout(
    () => (answer ? answer.destroy() : fail(new Error(phrase('There was no answer in time.')))),
    Math.min(call.timeoutMs ?? patience, patience),
  );
  request.on('socket', (socket) =>
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      isConnected = true;
    }),
  );
  request.on('error', fail);
  request.on('response', (response) => {
    // From here on the status is known: a body that breaks off, never ends or is too long does not change it.
    answer = response;
    readText(response, (text) => {
      clearTimeout(timer);
      request.destroy();
      resolve({
        status: response.statusCode ?? 0,
        text,
        retryAfter: readRetryAfter(response.headers['retry-after'], new Date()),
      });
    });
  });
  request.end(body);
}

function readText(response: http.IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= mostBytes) chunks.push(chunk);
    else response.destroy();
  });
  response.on('error', () => {});
  response.once('close', () => done(Buffer.concat(chunks).toString('utf8')));
}

/** Reads Retry-After, seconds or a date (RFC 9110), as whole seconds of at most a day. Undefined when it says neither. */
export function readRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (!value) return undefined;
  const seconds = /^\d{1,9}$/.test(value.trim()) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, Math.ceil(seconds)), 86_400) : undefined;
}

function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return phrase('The name of the server is not known.');
  if (code === 'ECONNREFUSED') return phrase('The server does not take calls.');
  if (code === 'ECONNRESET' || code === 'EPIPE') return phrase('The connection broke off.');
  return error.message.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 200);
}
