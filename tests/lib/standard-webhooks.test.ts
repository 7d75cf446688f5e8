// Signatures of webhooks: the published vector, and what is not one.
import { describe, expect, it } from 'vitest';
import { isSignedWebhook, isWebhookSecret, signWebhook } from '../../src/lib/standard-webhooks.ts';

// From the specification of Standard Webhooks 1.0.0.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const at = new Date(1_614_265_330_000);
const body = '{"test": 2432232314}';
const headers = {
  'webhook-id': id,
  'webhook-timestamp': '1614265330',
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('a signed webhook', () => {
  it('has the signature of the published vector', () => {
    expect(signWebhook(secret, id, at, body)).toEqual(headers);
    expect(isSignedWebhook(secret, headers, body, at)).toBe(true);
  });

  it('is signed with each secret while one is being replaced, and known by either', () => {
    const both = signWebhook([other, secret], id, at, body);
    expect(both['webhook-signature'].split(' ')).toHaveLength(2);
    for (const one of [secret, other]) expect(isSignedWebhook(one, both, body, at)).toBe(true);
    expect(isSignedWebhook([other, secret], headers, body, at)).toBe(true);
  });

  it.each<[string, object, string, number]>([
    ['another body', {}, `${body} `, 0],
    ['another id', { 'webhook-id': 'msg_x' }, body, 0],
    ['another time', { 'webhook-timestamp': '1614265331' }, body, 0],
    ['a time long ago', {}, body, 301_000],
    ['a time to come', {}, body, -301_000],
    ['no signature', { 'webhook-signature': undefined }, body, 0],
    ['an empty signature', { 'webhook-signature': 'v1,' }, body, 0],
    ['half a signature', { 'webhook-signature': 'v1,g0hM9SsE' }, body, 0],
    [
      'a version that we do not know',
      { 'webhook-signature': headers['webhook-signature'].replace('v1', 'v2') },
      body,
      0,
    ],
    ['a time that is no number', { 'webhook-timestamp': 'now' }, body, 0],
    ['nothing at all', { 'webhook-id': undefined, 'webhook-timestamp': undefined }, body, 0],
  ])('is refused with %s', (_words, change, text, late) => {
    expect(isSignedWebhook(secret, { ...headers, ...change }, text, new Date(at.getTime() + late))).toBe(false);
  });

  it('is refused with another secret, or none', () => {
    for (const one of [other, '', 'short']) expect(isSignedWebhook(one, headers, body, at)).toBe(false);
    expect(isSignedWebhook([], headers, body, at)).toBe(false);
  });

  it('needs 24 to 64 bytes of secret, and an id without dots', () => {
    const ofSize = (size: number) => `whsec_${Buffer.alloc(size, 1).toString('base64')}`;
    expect([23, 24, 64, 65].map((size) => isWebhookSecret(ofSize(size)))).toEqual([false, true, true, false]);
    expect(() => signWebhook('short', id, at, body)).toThrow(/24 to 64 bytes/);
    expect(() => signWebhook(secret, 'a.b', at, body)).toThrow(/dots/);
  });
});
