// Signed mails: what arrives verifies under the public key, both headers of the unsubscription with it.
import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDelivery } from '../../../src/core/outbox/deliver.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { type SmtpSink, startSmtpSink } from '../../kit/smtp-sink.ts';
import { channelModule, hasEnded, messageUntil, sendNews } from '../channels-fixture.ts';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
let kit: TestCore;
let sink: SmtpSink;
beforeAll(async () => {
  sink = await startSmtpSink();
  kit = await testCore([channelModule], {
    SMTP_URL: sink.url,
    MAIL_FROM: 'House <house@example.org>',
    DKIM_DOMAIN: 'example.org',
    DKIM_SELECTOR: 'one',
    DKIM_PRIVATE_KEY: keys.privateKey.replaceAll('\n', '\\n'),
  });
});
afterAll(async () => {
  await kit?.close();
  await sink?.stop();
});

// RFC 6376, relaxed/relaxed, for one signature.
function verify(raw: string, publicKey: string): { isRight: boolean; signed: string[] } {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const relaxed = (line: string) => {
    const colon = line.indexOf(':');
    return `${line.slice(0, colon).trim().toLowerCase()}:${line
      .slice(colon + 1)
      .replace(/[ \t]+/g, ' ')
      .trim()}`;
  };
  const signature = headers.find((line) => /^dkim-signature:/i.test(line)) ?? '';
  const tag = (name: string) =>
    new RegExp(`(?:^|[;:\\s])${name}=([^;]*)`).exec(signature)?.[1]?.replace(/\s/g, '') ?? '';
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  const bodyHash = createHash('sha256')
    .update(lines.map((line) => `${line}\r\n`).join(''))
    .digest('base64');
  const signed = tag('h').toLowerCase().split(':');
  const text = signed.map((name) =>
    relaxed(headers.findLast((line) => line.toLowerCase().startsWith(`${name}:`)) ?? ''),
  );
  const own = relaxed(signature.replace(/([;\s]b=)[^;]*/, '$1'));
  const check = createVerify('RSA-SHA256').update([...text, own].join('\r\n'));
  return { signed, isRight: bodyHash === tag('bh') && check.verify(publicKey, tag('b'), 'base64') };
}

describe('a mail with DKIM', () => {
  it('verifies, its one-click headers under the signature; a changed one does not', async () => {
    const id = await sendNews(kit.core, 'dkim@example.org');
    const delivery = startDelivery(kit.core);
    expect(await messageUntil(kit.core, id, hasEnded)).toMatchObject({ state: 'sent' });
    await delivery.stop();
    const { raw } = sink.accepted[0]!;
    const { isRight, signed } = verify(raw, keys.publicKey);
    expect(isRight).toBe(true);
    expect(signed).toEqual(
      expect.arrayContaining(['from', 'to', 'subject', 'list-unsubscribe', 'list-unsubscribe-post']),
    );
    expect(verify(raw.replace('News for', 'Newt for'), keys.publicKey).isRight).toBe(false);
    expect(verify(raw.replace('One-Click', 'Two-Click'), keys.publicKey).isRight).toBe(false);
    expect(verify(raw.replace('Hi Ada', 'Hi Eve'), keys.publicKey).isRight).toBe(false);
  });
});
