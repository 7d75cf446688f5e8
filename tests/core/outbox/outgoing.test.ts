// Our own calls to other people's addresses: where they may not go, and what can come back.
import type { LookupFunction } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callOut, mustBeCallable, OutgoingError, readRetryAfter } from '../../../src/core/outbox/outgoing.ts';
import { isPublicAddress } from '../../../src/lib/public-address.ts';
import { type HttpSink, startHttpSink } from '../../kit/http-sink.ts';

let sink: HttpSink;
beforeAll(async () => {
  sink = await startHttpSink(({ path }) => {
    if (path === '/redirect') return { status: 302, headers: { Location: `${sink.url}/secret` } };
    if (path === '/huge') return { status: 200, body: 'x'.repeat(3_000_000) };
    if (path === '/hang') return () => {};
    if (path === '/hang-in-the-body')
      return (response) => {
        response.writeHead(200);
        response.write('so far');
      };
    if (path === '/break') return (response) => void response.socket?.destroy();
    return { status: 200, body: 'ok' };
  });
});
afterAll(() => sink?.stop());

const kindOf = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => (error instanceof OutgoingError ? error.kind : error),
  );
const answers =
  (...addresses: string[]): LookupFunction =>
  (_name, _options, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('an address that may not be called', () => {
  it.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::]/',
    'https://0/',
    'https://10.1.2.3/',
    'https://172.31.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:db8::1]/',
    'https://255.255.255.255/',
    'https://１２７.0.0.1/',
    'http://example.org/',
    'http://127.0.0.1/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'https://user:secret@example.org/',
    'javascript:alert(1)',
    'not an address',
    '',
    `https://example.org/${'x'.repeat(3000)}`,
  ])('%s is refused before anything is sent', async (url) => {
    expect(await kindOf(callOut({ url }))).toBe('forbidden');
    expect(() => mustBeCallable(url)).toThrow();
  });

  it('is found out when its name is looked up, whichever of its addresses is the private one', async () => {
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fd12::1'])
      expect(await kindOf(callOut({ url: 'https://rebound.example/', lookup: answers(address) }))).toBe('forbidden');
    const mixed = answers('93.184.216.34', '127.0.0.1');
    expect(await kindOf(callOut({ url: 'https://rebound.example/', lookup: mixed }))).toBe('forbidden');
    expect(await kindOf(callOut({ url: 'https://nowhere.example/', lookup: answers() }))).toBe('forbidden');
  });

  it('is asked for once: what a name says the second time is connected to by nobody', async () => {
    let asked = 0;
    const lookup: LookupFunction = (_name, _options, done) => {
      asked += 1;
      done(null, [{ address: asked === 1 ? '127.0.0.1' : '93.184.216.34', family: 4 }]);
    };
    expect(await kindOf(callOut({ url: `https://rebound.example:${sink.port}/`, lookup }))).toBe('forbidden');
    expect(asked).toBe(1);
  });

  it('stays out of reach where only this machine is allowed', async () => {
    const call = { url: 'http://10.0.0.1/', reach: 'loopback' } as const;
    expect(await kindOf(callOut(call))).toBe('forbidden');
    expect(await kindOf(callOut({ ...call, url: 'https://192.168.0.1/' }))).toBe('forbidden');
    expect(await kindOf(callOut({ ...call, url: 'http://example.org/' }))).toBe('forbidden');
    expect(await kindOf(callOut({ ...call, url: 'https://x.example/', lookup: answers('10.0.0.1') }))).toBe(
      'forbidden',
    );
  });

  it('knows public addresses from others', () => {
    for (const address of ['8.8.8.8', '93.184.216.34', '2606:4700::1111', '2a00:1450::1'])
      expect(isPublicAddress(address)).toBe(true);
    for (const address of ['name.example', '', '1.2.3', '224.0.0.1', '198.51.100.7', 'ff02::1'])
      expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a call', () => {
  const call = (path: string, extra: object = {}) =>
    callOut({ url: `${sink.url}${path}`, reach: 'loopback', ...extra });

  it('sends the body and reads the answer', async () => {
    expect(await call('/fine', { body: 'привет', headers: { 'X-Own': 'yes' } })).toMatchObject({
      status: 200,
      text: 'ok',
    });
    expect(sink.taken.at(-1)).toMatchObject({ method: 'POST', body: 'привет' });
    expect(sink.taken.at(-1)?.headers['x-own']).toBe('yes');
  });

  it('follows no redirect', async () => {
    expect(await call('/redirect')).toMatchObject({ status: 302 });
    expect(sink.taken.some(({ path }) => path === '/secret')).toBe(false);
  });

  it('reads a megabyte at most, and keeps the status of an answer that never ends', async () => {
    const huge = await call('/huge');
    expect(huge.status).toBe(200);
    expect(huge.text.length).toBeLessThanOrEqual(1_000_000);
    expect(await call('/hang-in-the-body', { timeoutMs: 300 })).toMatchObject({ status: 200, text: 'so far' });
  });

  it('tells a lost answer from a call that never left', async () => {
    expect(await kindOf(call('/hang', { timeoutMs: 300 }))).toBe('lost');
    expect(await kindOf(call('/break'))).toBe('lost');
    const gone = await startHttpSink();
    await gone.stop();
    expect(await kindOf(callOut({ url: gone.url, reach: 'loopback' }))).toBe('unreachable');
  });

  it('reads how long it shall wait', () => {
    const now = new Date('2026-11-20T12:00:00Z');
    expect(readRetryAfter('120', now)).toBe(120);
    expect(readRetryAfter('Fri, 20 Nov 2026 12:01:30 GMT', now)).toBe(90);
    expect(readRetryAfter('Fri, 20 Nov 2026 11:00:00 GMT', now)).toBe(0);
    expect(readRetryAfter('999999999', now)).toBe(86_400);
    for (const nonsense of ['soon', '-5 apples', '', undefined]) expect(readRetryAfter(nonsense, now)).toBeUndefined();
  });
});
