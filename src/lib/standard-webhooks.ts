// Signatures of webhooks by Standard Webhooks 1.0.0, symmetric ("v1"): HMAC-SHA-256 over `id.timestamp.body`.
// Its rule: what was not signed with a known secret, or not within five minutes, is not from where it says.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The three headers of a signed webhook. */
export interface WebhookHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/** Seconds that a signature may be away from the receiver's clock, both ways. */
const webhookTolerance = 300;

/** Tells whether the text is a secret: 24 to 64 bytes in base64, with or without `whsec_`. */
export function isWebhookSecret(secret: string): boolean {
  return readSecret(secret) !== undefined;
}

/** Signs a body at a moment. With several secrets (one being replaced) there is a signature of each. Throws for a bad secret or an id with a dot. */
export function signWebhook(secrets: string | readonly string[], id: string, at: Date, body: string): WebhookHeaders {
  if (!id || /[.\s]/.test(id)) throw new TypeError('The id of a webhook has neither dots nor blanks.');
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = [secrets].flat().map((secret) => {
    const key = readSecret(secret);
    if (!key) throw new TypeError('A webhook secret is 24 to 64 bytes in base64, as in whsec_….');
    return `v1,${macOf(key, id, timestamp, body).toString('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** Tells whether one of the signatures is right for the raw body and its time is near. */
export function isSignedWebhook(
  secrets: string | readonly string[],
  headers: Readonly<Partial<Record<keyof WebhookHeaders, string>>>,
  body: string,
  now: Date = new Date(),
): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': given = '' } = headers;
  if (!id || id.includes('.') || !/^\d{1,12}$/.test(timestamp) || given.length > 4_000) return false;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > webhookTolerance) return false;
  const rights = [secrets]
    .flat()
    .map(readSecret)
    .filter((key): key is Buffer => key !== undefined)
    .map((key) => macOf(key, id, timestamp, body));
  return given.split(' ').some((one) => {
    const mac = Buffer.from(one.startsWith('v1,') ? one.slice(3) : '', 'base64');
    return rights.some((right) => mac.length === right.length && timingSafeEqual(mac, right));
  });
}

function readSecret(secret: string): Buffer | undefined {
  const text = secret.startsWith('whsec_') ? secret.slice(6) : secret;
  if (!/^[A-Za-z0-9+/_-]{32,}={0,2}$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}

function macOf(key: Buffer, id: string, timestamp: string, body: string): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
}
