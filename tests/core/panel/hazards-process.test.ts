// Hazards to the whole process: what a stranger's bytes can do to memory, disk, event loop and life of the server.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fingerprint, rawRequest, type Visitor } from '../../kit/http.ts';
import { openTestPanel, type TestPanel } from './kit.ts';

let panel: TestPanel;
let root: Visitor;
const faults: unknown[] = [];
const note = (error: unknown) => faults.push(error);
const tables = ['Campaign', 'Recipient', 'Operator', 'Role'];

// A place for temporary files of their own: what other tests write there at the same time is not looked at.
const folder = mkdtempSync(path.join(os.tmpdir(), 'steward-hazards-'));

beforeAll(async () => {
  vi.stubEnv('TMPDIR', folder);
  panel = await openTestPanel();
  root = await panel.root();
  process.on('uncaughtException', note);
});
afterAll(async () => {
  process.off('uncaughtException', note);
  await panel?.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Returns a request's bytes; `cookie` makes it one of an operator's own page. */
function request(path: string, type: string | undefined, body: string, cookie = '', length = body.length): string {
  const own = cookie ? `Cookie: ${cookie}\r\nSec-Fetch-Site: same-origin\r\n` : '';
  const contentType = type === undefined ? '' : `Content-Type: ${type}\r\n`;
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${panel.web.port}\r\nConnection: close\r\n${own}${contentType}Content-Length: ${length}\r\n\r\n${body}`;
}

async function isAlive(): Promise<void> {
  const answer = await fetch(`${panel.web.url}/healthz`);
  expect(answer.status).toBe(200);
  await answer.text();
  expect(faults).toEqual([]);
}

const part = (headers: string, value = 'x') => `--b\r\n${headers}\r\n\r\n${value}\r\n--b--\r\n`;
const bodies: readonly [string, string | undefined, string, { short?: boolean; hangUp?: boolean }][] = [
  ['XML', 'application/xml', '<a>aaaaaaaaaaaaa</a>', {}],
  ['no type', undefined, 'aaaaaaaaaaaaaaaaaaaa', {}],
  ['no boundary', 'multipart/form-data', part('Content-Disposition: form-data; name="name"'), {}],
  ['a bad part', 'multipart/form-data; boundary=b', '--b\r\nnonsense\r\n\r\n', {}],
  [
    'a bad transfer encoding',
    'multipart/form-data; boundary=b',
    part('Content-Disposition: form-data; name="name"\r\nContent-Transfer-Encoding: uuencode'),
    {},
  ],
  ['bad JSON', 'application/json', '{"name": "x"', {}],
  [
    'a truncated body',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form',
    { short: true, hangUp: true },
  ],
  [
    'an over-size body',
    'multipart/form-data; boundary=b',
    part('Content-Disposition: form-data; name="name"', 'x'.repeat(200_000)),
    {},
  ],
];

describe('hazard 1: a small POST must not end the process', () => {
  for (const [what, type, body, { short, hangUp }] of bodies) {
    for (const isOperator of [false, true]) {
      for (const packets of [1, 2]) {
        test(`${what} in ${packets} packet(s) from ${isOperator ? 'an operator' : 'a stranger'}, 20 times`, async () => {
          const path = `/admin/api/resources/Recipient/records/${panel.ids.ownMember}/edit`;
          const bytes = request(path, type, body, isOperator ? root.cookie : '', body.length + (short ? 500 : 0));
          const cut = packets === 1 ? bytes.length : bytes.length - Math.floor(body.length / 2);
          const before = await fingerprint(panel.core, tables);
          const answers = await Promise.all(
            Array.from({ length: 20 }, () =>
              rawRequest(panel.web.port, [bytes.slice(0, cut), bytes.slice(cut)], { hangUp }),
            ),
          );
          for (const { status } of answers) {
            if (hangUp && isOperator) expect([0, 400]).toContain(status);
            else if (hangUp) expect([0, 401]).toContain(status);
            else if (isOperator) expect([400, 413, 415]).toContain(status);
            else expect(status).toBe(401);
          }
          expect(await fingerprint(panel.core, tables)).toBe(before);
          await isAlive();
        });
      }
    }
  }
});

describe('hazard 12: nothing is written to disk', () => {
  // The folder of the data lies in it, too.
  const uploads = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

  test('uploads of strangers and refused uploads leave no file behind', async () => {
    expect(panel.core.config.dataDir).toContain(folder);
    const before = uploads();
    const big = part('Content-Disposition: form-data; name="f"; filename="a.bin"', 'x'.repeat(1_000_000));
    const small = Array.from(
      { length: 3000 },
      (_, i) => `--b\r\nContent-Disposition: form-data; name="f${i}"; filename="a"\r\n\r\nx\r\n`,
    );
    const little = part('Content-Disposition: form-data; name="f"; filename="a.bin"', 'x'.repeat(1_000));
    const paths = [
      '/admin/api/resources/Recipient/actions/new',
      '/admin/api/steward/imports/of/Recipient/upload?name=a.csv',
      '/admin/login',
      '/admin/logout',
    ];
    for (const cookie of ['', root.cookie])
      for (const path of paths)
        for (const [type, body] of [
          ['multipart/form-data; boundary=b', big],
          ['multipart/form-data; boundary=b', little],
          ['multipart/form-data; boundary=b', `${small.join('')}--b--\r\n`],
          ['application/octet-stream', 'x'.repeat(1_000_000)],
        ] as const) {
          if (cookie && path.endsWith('logout')) continue;
          const { status } = await rawRequest(panel.web.port, [request(path, type, body, cookie)]);
          expect([0, 400, 401, 403, 404, 413, 415]).toContain(status);
        }
    expect(uploads()).toEqual(before);
    await isAlive();
  });

  test('a chunked body without end is cut at the limit', async () => {
    const head = request('/admin/api/resources/Recipient/actions/new', 'application/json', '', root.cookie).replace(
      'Content-Length: 0',
      'Transfer-Encoding: chunked',
    );
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const { status } = await rawRequest(panel.web.port, [head, ...Array.from({ length: 20 }, () => chunk)]);
    expect(status).toBe(413);
    await isAlive();
  });
});

describe('hazard 13: a body over the limit costs no memory', () => {
  const chunk = Buffer.from(`100000\r\n${'x'.repeat(0x100000)}\r\n`);
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b'])
    for (const [length, ending] of [
      ['announced', `Content-Length: ${120 * chunk.length}`],
      ['chunked', 'Transfer-Encoding: chunked'],
    ] as const)
      test(`${type}, ${length}: 120 MB are refused and not kept, from a stranger and from an operator`, async () => {
        for (const cookie of ['', root.cookie]) {
          const before = process.memoryUsage().rss;
          const path = '/admin/api/resources/Recipient/actions/new';
          const head = request(path, type, '', cookie).replace('Content-Length: 0', ending);
          const { status } = await rawRequest(panel.web.port, [head, ...Array.from({ length: 120 }, () => chunk)]);
          // Who goes on sending what is not read may find the connection closed before the answer.
          expect([0, cookie ? 413 : 401]).toContain(status);
          expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
          await isAlive();
        }
      });

  test('the sign-in form takes 8 KB at most', async () => {
    const answer = await panel.stranger().form('/admin/login', { email: 'x'.repeat(20_000), password: 'x' });
    expect(answer.status).toBe(413);
  });
});

describe('hazard 14 and 15: no input blocks the event loop', () => {
  // Milliseconds of the processor that this process used: a stall uses as many as it lasts, and other processes do not count.
  async function work(act: () => Promise<void>): Promise<number> {
    const before = process.cpuUsage();
    await act();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }
  const edit = () => `/admin/api/resources/Recipient/records/${panel.ids.ownMember}/edit`;
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const urlencoded = 'application/x-www-form-urlencoded';
  const cases: readonly [string, string, () => string][] = [
    [
      'hazard 14: a file name of 40,000 quotes',
      'multipart/form-data; boundary=b',
      () => part(`Content-Disposition: form-data; name="f"; ${'filename="'.repeat(4000)}z`),
    ],
    [
      'hazard 15: a field name that is a regular expression',
      urlencoded,
      () => form({ [`${'a'.repeat(34)}!`]: 'x', '(a+)+$': 'x' }),
    ],
    ['hazard 15: an index of ten million', urlencoded, () => form({ 'email.10000000': 'x' })],
    ['hazard 15: a name of 16,000 parts', urlencoded, () => form({ [Array(16_000).fill('a').join('.')]: 'x' })],
  ];
  for (const [what, type, body] of cases)
    test(`${what} is refused at once`, async () => {
      // A stall of seconds is what the hazard was; a refusal takes some milliseconds.
      const used = await work(async () => {
        const { status } = await rawRequest(panel.web.port, [request(edit(), type, body(), root.cookie)]);
        expect([400, 413]).toContain(status);
      });
      expect(used).toBeLessThan(1000);
      await isAlive();
    });

  test('hazard 15: no address below /admin is slow to refuse', async () => {
    for (const end of ['!', '/!', '%', '~'.repeat(3000)]) {
      const used = await work(async () => {
        await root.get(`/admin/resources/${'a'.repeat(5000)}${end}`);
        await root.get(`/admin/login?next=/admin/${'a/'.repeat(2000)}${end}`);
      });
      expect(used).toBeLessThan(1000);
    }
  });

  test('hazard 15: the same names in an address are refused', async () => {
    for (const name of [`${'a'.repeat(34)}!`, '(a+)+$', 'filters.email.10000000', Array(3_000).fill('a').join('.')]) {
      const answer = await root.get(`/admin/api/resources/Recipient/actions/list?${form({ [name]: 'x' })}`);
      expect(answer.status).toBe(400);
    }
  });
});

test('hazard 32: a JSON POST below /admin is answered', async () => {
  const answer = await panel.stranger().post('/admin/api/resources/Recipient/actions/new', { email: 'x' });
  expect(answer.status).toBe(401);
  const made = await root.post('/admin/api/resources/Recipient/actions/new', {
    email: 'json@example.org',
    campaignId: panel.ids.ownClub,
  });
  expect(made.status).toBe(200);
});
