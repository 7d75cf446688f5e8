// Checks AWS Signature Version 4 of a request as a service does: written from the published description, apart from the client's own code.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came, and the key that it must be signed with. */
export interface SignedRequest {
  method: string;
  /** Path and query as they stood in the request line. */
  target: string;
  headers: IncomingHttpHeaders;
  /** SHA-256 of the body, hexadecimal. */
  bodyHash: string;
  key: { id: string; secret: string };
  region: string;
  now: Date;
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const skew = 15 * 60_000;

/** Returns the S3 error code that the request earns, or undefined when its signature is right. */
export function signatureFault(request: SignedRequest): string | undefined {
  const { headers, key, region, now } = request;
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!found) return 'AccessDenied';
  const [, id, day = '', signedRegion, names = '', signature = ''] = found;
  if (id !== key.id) return 'InvalidAccessKeyId';
  if (signedRegion !== region) return 'AuthorizationHeaderMalformed';
  const date = String(headers['x-amz-date'] ?? '');
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  if (!(Math.abs(Date.parse(iso) - now.getTime()) <= skew)) return 'RequestTimeTooSkewed';
  const signed = names.split(';');
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256']) if (!signed.includes(name)) return 'AccessDenied';
  const strangers = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (strangers.length > 0) return 'AccessDenied';
  const told = String(headers['x-amz-content-sha256']);
  if (told !== request.bodyHash) return 'XAmzContentSHA256Mismatch';
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${region}/s3/aws4_request`, sha256(canonical(request, signed, told))];
  const signing = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${key.secret}`, day), region));
  const right = hmac(signing, text.join('\n'));
  return timingSafeEqual(right, Buffer.from(signature, 'hex')) ? undefined : 'SignatureDoesNotMatch';
}

function canonical({ method, target, headers }: SignedRequest, signed: string[], bodyHash: string): string {
  const [path = '/', query = ''] = target.split('?', 2);
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort();
  const lines = signed.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/\s+/g, ' ')}\n`,
  );
  return [method, path, pairs.join('&'), lines.join(''), signed.join(';'), bodyHash].join('\n');
}
