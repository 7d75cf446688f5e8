// Bodies of requests over real sockets: what fits is read, everything else is a 4xx, and the server lives.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publicFace } from '../../../src/core/errors.ts';
import { parseJson, readJson } from '../../../src/core/web/json-body.ts';
import { type MultipartLimits, parseMultipart, readMultipart, readUrlencoded } from '../../../src/core/web/upload.ts';

const limits: MultipartLimits = {
  maxBytes: 200_000,
  maxFiles: 2,
  maxFields: 10,
  maxFieldBytes: 1000,
  fileFields: ['template', 'more'],
};

let server: Server;
let port: number;
let read: (req: IncomingMessage) => Promise<unknown>;
let outcomes: { status: number; message: string }[];
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);

beforeAll(async () => {
  process.on('uncaughtException', note).on('unhandledRejection', note);
  server = createServer((req, res) => {
    read(req).then(
      (value) => {
        outcomes.push({ status: 200, message: '' });
        res.end(
          JSON.stringify(value, (_, one) => (one?.type === 'Buffer' ? Buffer.from(one).toString('latin1') : one)),
        );
      },
      (error) => {
        const { status, message } = publicFace(error);
        outcomes.push({ status, message });
        res.writeHead(status, { Connection: 'close' }).end(message);
      },
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  process.off('uncaughtException', note).off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
beforeEach(() => {
  outcomes = [];
  read = (req) => readMultipart(req, limits);
});

const part = (headers: string, body = 'x') => `--B\r\n${headers}\r\n\r\n${body}\r\n`;
const field = (name: string, value: string, more = '') =>
  part(`Content-Disposition: form-data; name="${name}"${more}`, value);
const file = (name: string, fileName: string, value: string, type = 'image/png') =>
  part(`Content-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${type}`, value);
const form = 'multipart/form-data; boundary=B';
const head = (type: string | undefined, more: string) =>
  `POST / HTTP/1.1\r\nHost: localhost\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}${more}\r\n`;

/** Sends pieces on a raw socket, each as a packet of its own; `end` breaks the connection off after them. */
async function send(pieces: (string | Buffer)[], options: { breakOff?: boolean } = {}): Promise<string> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  let answer = '';
  socket.on('data', (data) => {
    answer += data.toString('latin1');
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((done) => socket.on('close', () => done()));
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((next) => setImmediate(next));
  }
  if (options.breakOff) socket.destroy();
  const timer = setInterval(() => /\r\n\r\n/.test(answer) && socket.end(), 5);
  await closed;
  clearInterval(timer);
  return answer;
}

const post = (body: string | Buffer, type: string | undefined = form) =>
  fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: type ? { 'content-type': type } : {},
  });

describe('a multipart form', () => {
  it('is read with its fields and files, also in many chunks without a length', async () => {
    const bytes = Buffer.from(
      `${field('name', '王小明')}${field('empty', '')}${file('template', '证书.png', 'PNG\r\n--C')}--B--\r\n`,
    );
    const whole = await (await post(bytes)).json();
    expect(whole).toEqual({
      fields: { name: '王小明', empty: '' },
      files: [{ field: 'template', name: '证书.png', type: 'image/png', bytes: 'PNG\r\n--C' }],
    });
    const chunks = Array.from(bytes, (byte) =>
      Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]),
    );
    const answer = await send([head(form, 'Transfer-Encoding: chunked\r\n'), ...chunks, '0\r\n\r\n']);
    expect(Buffer.from(answer, 'latin1').toString()).toContain('王小明');
    expect(outcomes.map((one) => one.status)).toEqual([200, 200]);
  });

  it('made by a browser is read, quoted boundary, epilogue, empty file input and all', async () => {
    const data = new FormData();
    data.set('title', 'a "quoted" name');
    data.set('template', new Blob([new Uint8Array([0, 255, 13, 10])], { type: 'image/png' }), 'a.png');
    data.set('more', new Blob([]), '');
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: data });
    expect(await answer.json()).toMatchObject({
      fields: { title: 'a "quoted" name' },
      files: [{ bytes: '\0\xff\r\n' }],
    });
    const tail = await post(
      `${field('a', '1')}--B--\r\nan epilogue`,
      'Multipart/Form-Data; charset=utf-8; boundary="B"',
    );
    expect(await tail.json()).toMatchObject({ fields: { a: '1' } });
  });

  const refused: [string, string, number][] = [
    ['a repeated field', `${field('a', '1')}${field('a', '2')}--B--`, 400],
    ['a field that poses as a file', `${file('template', 'a', 'x')}${field('template', '/etc/passwd')}--B--`, 400],
    ['a file that poses as a field', `${field('template', '1')}${file('template', 'a', 'x')}--B--`, 400],
    ['a file where none is expected', `${file('name', 'a', 'x')}--B--`, 400],
    ['__proto__', `${field('__proto__', '1')}--B--`, 400],
    ['an empty name', `${field('', '1')}--B--`, 400],
    ['a NUL in a value', `${field('a', 'x\0y')}--B--`, 400],
    ['a part without a name', `${part('Content-Disposition: form-data')}--B--`, 400],
    ['a part without a disposition', `${part('Content-Type: text/plain')}--B--`, 400],
    ['a part with bad headers', `${part('no colon here')}--B--`, 400],
    ['a part with a bare line break', `${part('Content-Disposition: form-data; name="a\nb"')}--B--`, 400],
    ['an unknown transfer encoding', `${field('a', '1', '\r\nContent-Transfer-Encoding: base64')}--B--`, 400],
    ['a part whose headers never end', '--B\r\nContent-Disposition: form-data; name="a"', 400],
    ['no end', field('a', '1'), 400],
    ['an end in the middle of a part', '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nabc', 400],
    ['an empty body', '', 400],
    ['another boundary than announced', '--C\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--C--', 400],
    [
      'a nested multipart',
      `${part('Content-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=B')}--B--`,
      200,
    ],
    [
      'a strange charset',
      `${part('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=utf-99')}--B--`,
      200,
    ],
    ['a field over its limit', `${field('a', 'x'.repeat(1001))}--B--`, 413],
    ['too many files', `${file('more', '1', 'x')}${file('more', '2', 'x')}${file('more', '3', 'x')}--B--`, 413],
    ['too many fields', `${Array.from({ length: 11 }, (_, i) => field(`f${i}`, '1')).join('')}--B--`, 413],
    ['thousands of parts', `${file('more', 'a', '').repeat(1500)}--B--`, 413],
    ['a body over the limit', `${file('template', 'a', 'x'.repeat(300_000))}--B--`, 413],
    ['a file name beyond measure', `${file('template', 'a'.repeat(7000), 'x')}--B--`, 400],
    ['headers beyond measure', `${field('a', '1', `\r\nX-Long: ${'y'.repeat(20_000)}`)}--B--`, 400],
    ['a name cut by the header limit', `${field(`a${'y'.repeat(20_000)}`, '1')}--B--`, 400],
  ];

  it.each(refused)('with %s ends as it should', async (_, body, status) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(await answer.text()).not.toMatch(/busboy|Dicer|stack|node_modules/i);
  });

  const types: (string | undefined)[] = [
    undefined,
    'application/xml',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
    'multipart/form-data; boundary=a\u00e9b',
    'multipart/mixed; boundary=B',
    `multipart/form-data; ${'boundary '.repeat(100)}`,
  ];
  it.each(types)('announced in way %# is refused', async (type) => {
    const body = Buffer.from(`${field('a', '1')}--B--`);
    const answer = await send([Buffer.from(head(type, `Content-Length: ${body.length}\r\n`), 'latin1'), body]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('cut at any byte is refused and never hangs', async () => {
    const whole = Buffer.from(`${field('a', '1')}${file('template', 'a.png', 'PNG')}--B--`);
    for (let at = 0; at < whole.length; at += 1)
      await expect(parseMultipart(whole.subarray(0, at), 'B', limits), `cut at ${at}`).rejects.toMatchObject({
        status: 400,
      });
    await expect(parseMultipart(whole, 'B', limits)).resolves.toBeDefined();
  });

  it('that is random bytes is refused and never hangs', async () => {
    let seed = 42;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed;
    };
    const bits = [
      '--B',
      '\r\n',
      '--B--',
      'Content-Disposition: form-data; name="a"',
      ':',
      '"',
      '\r',
      '\n',
      '\0',
      'x',
      '; filename="',
      '=',
      '\\',
    ];
    for (let round = 0; round < 3000; round += 1) {
      const body = Buffer.from(
        `--B\r\n${Array.from({ length: random() % 30 }, () => bits[random() % bits.length]).join('')}`,
      );
      await parseMultipart(body, 'B', limits).then(
        () => {},
        (error) => expect([400, 413]).toContain(error.status),
      );
    }
  });
});

describe('a file name that makes other parsers slow (hazard 14)', () => {
  it.each(['filename="', '"', '\\"', "filename*=utf-8''%", '; name=', '%41'])(
    'of %s repeated costs time in proportion',
    async (unit) => {
      const body = (times: number) =>
        Buffer.from(
          `--B\r\nContent-Disposition: form-data; name="template"; filename="${unit.repeat(times)}z\r\n\r\nx\r\n--B--`,
        );
      const big = { ...limits, maxBytes: 10_000_000 };
      const units = (limit: number) => Math.floor(limit / unit.length);
      await expect(parseMultipart(body(units(400_000)), 'B', big)).rejects.toMatchObject({ status: 400 });
      // Without our cap on headers the parser itself must stay linear too: a quadratic one would need minutes for this.
      await parseMultipart(body(units(4_000_000)), 'B', { ...big, maxHeaderBytes: 8_000_000 }).catch((error) =>
        expect(error.status).toBe(400),
      );
    },
  );
});

describe('a connection', () => {
  const body = `${field('a', '1')}${file('template', 'a', 'PNG')}--B--`;
  it('that breaks off in the middle leaves the server alive', async () => {
    for (const headers of [`Content-Length: ${body.length}\r\n`, 'Transfer-Encoding: chunked\r\n'])
      for (let round = 0; round < 20; round += 1)
        await send(
          [
            head(form, headers),
            headers.startsWith('C') ? body.slice(0, round * 5) : `${(round + 5).toString(16)}\r\nabc`,
          ],
          { breakOff: true },
        );
    expect((await post(body)).status).toBe(200);
    expect(outcomes.filter((one) => one.status >= 500)).toEqual([]);
  });

  it('that sends a chunked body without end is stopped at the limit', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const answer = await send([head(form, 'Transfer-Encoding: chunked\r\n'), ...Array<string>(20).fill(chunk)]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('that announces too much is refused before it is read', async () => {
    const answer = await send([head(form, 'Content-Length: 999999999999\r\n')]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('with a compressed body is refused', async () => {
    expect(await send([head(form, 'Content-Encoding: gzip\r\nContent-Length: 1\r\n'), 'x'])).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });
});

describe('an urlencoded form', () => {
  beforeEach(() => {
    read = (req) => readUrlencoded(req, { maxBytes: 1000, maxFields: 5, maxFieldBytes: 100 });
  });
  it('is read', async () => {
    expect(await (await post('a=1+2&b=%E7%8E%8B&c', 'x')).json()).toEqual({ a: '1 2', b: '王', c: '' });
  });
  it.each([
    ['a=1&a=2', 400],
    ['__proto__=1', 400],
    ['a=%00', 400],
    ['=1', 400],
    ['\xff\xfe', 400],
    ['a&b&c&d&e&f', 413],
    [`a=${'x'.repeat(101)}`, 413],
    [`a=${'x'.repeat(2000)}`, 413],
  ])('%# ends in %s', async (body, status) => {
    expect((await post(Buffer.from(body, 'latin1'), 'x')).status).toBe(status);
  });
});

describe('JSON', () => {
  beforeEach(() => {
    read = (req) => readJson(req, { maxBytes: 100_000 });
  });
  it('is read as it is', async () => {
    const value = { a: [1, -2.5e3, null, true, '"{[:,\\'], 'k:': { '': '王😀' }, constructor: 1 };
    expect(await (await post(JSON.stringify(value), 'x')).json()).toEqual(value);
    expect(parseJson(' "text" ')).toBe('text');
  });
  it.each([
    ['too large', `"${'x'.repeat(100_001)}"`, 413],
    ['nested a hundred thousand deep', '['.repeat(99_999), 400],
    ['nested and never closed', '{"a":'.repeat(15_000), 400],
    [
      'of too many keys',
      `{${Array.from({ length: 20_001 }, (_, i) => `"${i.toString(36)}":1`).join(',')}`
        .slice(0, 99_000)
        .concat(','.repeat(0)),
      400,
    ],
    ['of too many elements', `[${'1,'.repeat(20_002)}1]`, 413],
    ['with a key twice', '{"role":"a","b":{"role":1},"role":"b"}', 400],
    ['with an escaped key twice', '{"role":1,"r\\u006fle":2}', 400],
    ['with __proto__', '{"a":{"__proto__":{"x":1}}}', 400],
    ['with an escaped __proto__', '{"\\u005f_proto__":1}', 400],
    ['with NUL', '{"a":["x\\u0000"]}', 400],
    ['with NUL in a key', '{"\\u0000":1}', 400],
    ['with half a character', '{"a":"\\ud800"}', 400],
    ['with a number beyond measure', '{"a":1e999}', 400],
    ['broken', '{"a":', 400],
    ['empty', '', 400],
    ['with text after it', '{} {}', 400],
    ['with an unclosed string', '"abc\\', 400],
    ['not UTF-8', '"\xff"', 400],
  ])('%s is refused', async (_, body, status) => {
    expect((await post(Buffer.from(body, 'latin1'), 'x')).status).toBe(status);
  });
  it('names the field that is at fault', () => {
    expect(() => parseJson('{"people":[{"name":"a\\u0000"}]}')).toThrow(
      expect.objectContaining({ fields: { 'people.0.name': 'has a NUL character' } }),
    );
  });
  it('never changes what all objects share', () => {
    expect(() => parseJson('{"__proto__":{"polluted":true}}')).toThrow();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
