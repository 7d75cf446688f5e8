// Twilio's signature against its own published example.
import { expect, it } from 'vitest';
import { isTwilioSignature, twilioSignature } from '../../src/lib/twilio-signature.ts';

const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const fields = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+12349013030',
  Digits: '1234',
  From: '+12349013030',
  To: '+18005551212',
};

it('signs as the published example does', () => {
  expect(twilioSignature('12345', url, fields)).toBe('0/KCTR6DLpKmkAf8muzZqo1nDgQ=');
});

it('believes the right signature only', () => {
  const right = twilioSignature('12345', url, fields);
  expect(isTwilioSignature('12345', url, fields, right)).toBe(true);
  expect(isTwilioSignature('12346', url, fields, right)).toBe(false);
  expect(isTwilioSignature('12345', `${url}&x=1`, fields, right)).toBe(false);
  expect(isTwilioSignature('12345', url, { ...fields, Digits: '1235' }, right)).toBe(false);
  expect(isTwilioSignature('12345', url, fields, '')).toBe(false);
  expect(isTwilioSignature('', url, fields, twilioSignature('', url, fields))).toBe(false);
});
