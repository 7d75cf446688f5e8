// Calls to a service that speaks S3: signed (AWS Signature Version 4), bounded in time, tried again where that may help. The only
// room that imports aws4fetch. Its rule: what goes wrong is told by the service's own code, never with the key.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import type { BucketPlace } from './storage-url.ts';

/** One call. `key` is the whole key in the bucket; without one the bucket itself is meant. */
export interface S3Call {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  key?: string;
  query?: Readonly<Record<string, string>>;
  body?: Uint8Array<ArrayBuffer>;
  /** How often it is tried, 3 times by default. */
  tries?: number;
}

/** The service refused a call, or (status 0) gave no answer. */
export class S3Error extends Error {
  readonly status: number;
  /** For example `NoSuchBucket`. */
  readonly code: string;

  constructor(status: number, code: string, cause?: unknown) {
    super(`the storage answered ${status} ${code}`, { cause });
    this.name = 'S3Error';
    this.status = status;
    this.code = code;
  }
}

/** Makes a call. Resolves with an answer of the 200s, its body unread; throws an S3Error for every other. */
export type S3Caller = (call: S3Call) => Promise<Response>;

const patience = 60_000;
const firstPause = 200;
const passing = [0, 429, 500, 502, 503, 504];

/** Builds the caller of a bucket. */
export function s3Caller(place: BucketPlace): S3Caller {
  const { accessKeyId, secretAccessKey, region } = place;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  return async (call) => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await callOnce(client, place, call);
      } catch (error) {
        if (tried >= (call.tries ?? 3) || !(error instanceof S3Error) || !passing.includes(error.status)) throw error;
        await sleep(firstPause * 2 ** tried * (0.5 + Math.random()));
      }
    }
  };
}

async function callOnce(client: AwsClient, { endpoint, bucket }: BucketPlace, call: S3Call): Promise<Response> {
  const { method, key, query = {}, body } = call;
  const path = [bucket, ...(key ?? '').split('/')].map(encoded).join('/');
  const search = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex');
  const request = await client.sign(`${endpoint}/${path}${search.length > 0 ? `?${search.join('&')}` : ''}`, {
    method,
    headers: { 'X-Amz-Content-Sha256': hash },
    ...(body ? { body } : {}),
    redirect: 'manual',
  });
  const answer = await withinPatience((signal) => fetch(request, { signal }));
  if (answer.ok) return answer;
  const text = await answer.text().catch(() => '');
  throw new S3Error(answer.status, tagOf(text, 'Code') ?? '');
}

// Until the answer begins; the bytes after it may take as long as whoever reads them.
async function withinPatience(ask: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    return await ask(stop.signal);
  } catch (error) {
    throw new S3Error(0, 'no answer', error);
  } finally {
    clearTimeout(timer);
  }
}

function encoded(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Returns the text of the first such element of an answer. */
export function tagOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot|apos));/gi, (_, decimal, hex, name) =>
    name
      ? entities[name as keyof typeof entities]
      : String.fromCodePoint(Number.parseInt(decimal ?? hex, hex ? 16 : 10)),
  );
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Returns the insides of all such elements of an answer. */
export function blocksOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, inside = '']) => inside);
}
