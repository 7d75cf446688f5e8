// Files in a bucket when the service, the key or the upload is not as it should be: told plainly at start, 503 later, nothing half written.

import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/core/database/database.ts';
import { publicFace, StartError } from '../../../src/core/errors.ts';
import { serveFile } from '../../../src/core/files/door.ts';
import { createFiles, type Files } from '../../../src/core/files/files.ts';
import { newKey, openFileStorage } from '../../../src/core/files/storage.ts';
import { signatureFault } from '../../kit/aws-signature.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';
import { type S3Fault, type S3Request, type S3Server, s3Url, startS3Server } from '../../kit/s3-server.ts';

const megabyte = 1024 * 1024;
const appKey = 'k'.repeat(40);
let test: TestDatabase;
let database: Database;
let server: S3Server;
let files: Files;
let door: Server;
let origin: string;

const filesAt = (storageUrl: string) =>
  createFiles({ config: { storageUrl, dataDir: '/nowhere', appKey, publicUrl: origin }, database });

beforeAll(async () => {
  test = await cloneDatabase();
  database = openDatabase(test.connection, { connectTimeout: 60_000 });
  server = await startS3Server({ pageSize: 3 });
  door = createServer((req, res) => {
    serveFile(files, req, res).catch((error) => res.writeHead(publicFace(error).status).end());
  });
  await new Promise<void>((done) => door.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  files = filesAt(server.url);
});
afterAll(async () => {
  door.close();
  await server.stop();
  await database.close();
  await test.drop();
});
beforeEach(async () => {
  await database.prisma.storedFile.deleteMany();
  server.objects.clear();
  server.uploads.clear();
  server.asked.length = 0;
  server.largest = 0;
  server.behave = () => undefined;
});

/** Whatever was left: rows, objects, halves. */
const left = async () => [await database.prisma.storedFile.count(), server.objects.size, server.uploads.size];
const isPart = ({ method, query }: S3Request) => method === 'PUT' && query.has('partNumber');
const isEnd = ({ method, query }: S3Request) => method === 'POST' && query.has('uploadId');
const once = (isMeant: (request: S3Request) => boolean, fault: S3Fault) => {
  let done = false;
  return (request: S3Request) => {
    if (done || !isMeant(request)) return undefined;
    done = true;
    return fault;
  };
};

function upload(content: Readable | Buffer, maxBytes?: number) {
  return files.keep({ name: 'a.bin', type: 'application/octet-stream', content, maxBytes });
}

async function* megabytes(count: number, then?: () => void): AsyncGenerator<Buffer> {
  for (let n = 0; n < count; n += 1) yield Buffer.alloc(megabyte, n);
  then?.();
}

describe('the signature', () => {
  // The example of the service's own documentation: GET of an object with a Range header.
  const example = {
    key: { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    bodyHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  };
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-date': '20130524T000000Z',
    'x-amz-content-sha256': example.bodyHash,
    authorization: `AWS4-HMAC-SHA256 Credential=${example.key.id}/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=${example.signature}`,
  };
  const request = { method: 'GET', target: '/test.txt', headers, region: 'us-east-1', ...example };

  it('is checked by the test service as published', () => {
    const now = new Date('2013-05-24T00:05:00Z');
    expect(signatureFault({ ...request, now })).toBeUndefined();
    expect(signatureFault({ ...request, now, target: '/test.txt?x=1' })).toBe('SignatureDoesNotMatch');
    expect(signatureFault({ ...request, now: new Date('2013-05-24T00:20:00Z') })).toBe('RequestTimeTooSkewed');
  });

  it('of our client is one that the published rules accept, for every kind of character', async () => {
    const key = { id: 'AK', secret: 's/e+c=r%t' };
    const client = new AwsClient({ accessKeyId: key.id, secretAccessKey: key.secret, region: 'r-1', service: 's3' });
    const target = '/files/a%20b/%E7%8E%8B?uploadId=up%2Bload%2F1&uploads=&x=%2A';
    const signed = await client.sign(`http://localhost:9000${target}`, {
      headers: { 'X-Amz-Content-Sha256': example.bodyHash },
    });
    const sent = { host: 'localhost:9000', ...Object.fromEntries(signed.headers) };
    const asked = { method: 'GET', target, headers: sent, bodyHash: example.bodyHash, key, region: 'r-1' };
    expect(signatureFault({ ...asked, now: new Date() })).toBeUndefined();
  });
});

describe('at the start', () => {
  const mistakes: [string, () => string, RegExp, ((request: S3Request) => S3Fault | undefined)?][] = [
    ['an unknown key', () => s3Url(server.port, { id: 'NOBODY' }), /does not know the key.*InvalidAccessKeyId/],
    ['a wrong secret', () => s3Url(server.port, { secret: 'hush-hush' }), /does not know the key.*SignatureDoesNot/],
    ['a bucket that does not exist', () => s3Url(server.port, { bucket: 'nowhere' }), /bucket nowhere.*does not exist/],
    ['another region', () => s3Url(server.port, { region: 'us-east-1' }), /not in the region us-east-1.*\?region=/],
    [
      'a key that may only read',
      () => server.url,
      /may not list, read, write and delete/,
      ({ method }) => (method === 'PUT' ? { status: 403, code: 'AccessDenied' } : undefined),
    ],
    [
      'a key that may not list',
      () => server.url,
      /may not list, read, write and delete/,
      ({ key }) => (key === '' ? { status: 403, code: 'AccessDenied' } : undefined),
    ],
    [
      'a clock that is wrong',
      () => server.url,
      /clock is wrong/,
      () => ({ status: 403, code: 'RequestTimeTooSkewed' }),
    ],
    ['a redirect', () => server.url, /not in the region/, () => ({ status: 301, code: 'PermanentRedirect' })],
  ];
  it.each(mistakes)('%s is told in a sentence without the secret', async (_, url, sentence, behave) => {
    if (behave) server.behave = behave;
    const error = await filesAt(url())
      .check()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toMatch(sentence);
    const told = inspect(error, { depth: 20, showHidden: true });
    for (const secret of ['hush-hush', 'se/cret', encodeURIComponent('se/cret+with=signs%')])
      expect(told).not.toContain(secret);
  });

  it('a service that is away, or unwell, is no mistake: 503', async () => {
    await expect(filesAt(s3Url(1)).check()).rejects.toMatchObject({ status: 503 });
    server.behave = () => ({ status: 500, code: 'InternalError' });
    await expect(files.check()).rejects.toMatchObject({ status: 503 });
  });

  it('a sound storage is tried and left as it was', async () => {
    await files.check();
    expect(await left()).toEqual([0, 0, 0]);
    expect(server.asked.map(({ method }) => method)).toEqual(['PUT', 'GET', 'GET', 'DELETE']);
  });
});

describe('a large file', () => {
  it('goes up in parts, never more than two of them in memory, and comes back the same', async () => {
    let given = 0;
    let taken = 0;
    let most = 0;
    server.behave = (request) => {
      if (isPart(request)) {
        most = Math.max(most, given - taken);
        taken += server.largest;
      }
      return undefined;
    };
    const source = async function* () {
      for await (const chunk of megabytes(40)) {
        given += chunk.length;
        yield chunk;
      }
    };
    const file = await upload(Readable.from(source(), { objectMode: false }));
    expect(server.asked.filter(isPart)).toHaveLength(5);
    expect(server.largest).toBe(8 * megabyte);
    // Two parts read ahead, and what the streams between hold.
    expect(most).toBeLessThanOrEqual(19 * megabyte);
    expect(file.size).toBe(40 * megabyte);
    const { stream } = await files.read(file.id);
    let at = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>)
      for (const byte of chunk) if (byte !== Math.floor(at++ / megabyte)) throw new Error(`another byte at ${at}`);
    expect(at).toBe(40 * megabyte);
  });

  it.each([8 * megabyte - 1, 8 * megabyte, 8 * megabyte + 1, 16 * megabyte])(
    'of %i bytes, around the edge of a part, is whole',
    async (size) => {
      const bytes = randomBytes(size);
      const file = await upload(Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]));
      expect((await files.bytes(file.id)).equals(bytes)).toBe(true);
    },
  );

  const broken: [string, () => Promise<unknown>, object][] = [
    [
      'whose source breaks off in the third part',
      () =>
        upload(
          Readable.from(
            megabytes(20, () => {
              throw new Error('source broke');
            }),
            { objectMode: false },
          ),
        ),
      { message: 'source broke' },
    ],
    [
      'over its limit',
      () => upload(Readable.from(megabytes(20), { objectMode: false }), 18 * megabyte),
      { status: 413 },
    ],
  ];
  it.each(broken)('%s leaves no row, no object and no half', async (_, act, error) => {
    await expect(act()).rejects.toMatchObject(error);
    expect(server.asked.some(isPart)).toBe(true);
    expect(await left()).toEqual([0, 0, 0]);
  });

  const unwell: [string, () => S3Server['behave'], boolean][] = [
    ['refuses a part once', () => once(isPart, { status: 503, code: 'SlowDown' }), true],
    ['hangs up during a part once', () => once(isPart, 'hang-up'), true],
    ['loses the answer of a part once', () => once(isPart, 'hang-up-after'), true],
    [
      'refuses every second part',
      () => (one) => (one.query.get('partNumber') === '2' ? { status: 500, code: 'x' } : undefined),
      false,
    ],
    ['hangs up during each part', () => (one) => (isPart(one) ? 'hang-up' : undefined), false],
    ['loses the answer at the end', () => once(isEnd, 'hang-up-after'), false],
    ['says at the end, under 200, that it failed', () => once(isEnd, { status: 200, code: 'InternalError' }), false],
    ['refuses the end', () => once(isEnd, { status: 400, code: 'InvalidPart' }), false],
  ];
  it.each(unwell)('to a service that %s is stored whole or not at all', async (_, behave, isKept) => {
    server.behave = behave();
    const kept = upload(Readable.from(megabytes(20), { objectMode: false }));
    if (isKept) {
      const file = await kept;
      expect((await files.bytes(file.id)).length).toBe(20 * megabyte);
    } else {
      await expect(kept).rejects.toMatchObject({ status: 503, code: 'unavailable' });
      expect(await left()).toEqual([0, 0, 0]);
    }
  });
});

describe('reading', () => {
  it('from a service that is away is 503, for a row is no proof of absence', async () => {
    const { id } = await upload(Buffer.from('x'));
    server.behave = () => ({ status: 503, code: 'SlowDown' });
    await expect(files.bytes(id)).rejects.toMatchObject({ status: 503 });
    expect((await fetch(files.link(id))).status).toBe(503);
    server.behave = () => ({ status: 404, code: 'NoSuchBucket' });
    expect((await fetch(files.link(id))).status).toBe(503);
    server.behave = () => undefined;
    expect(await (await fetch(files.link(id))).text()).toBe('x');
  });

  it('that breaks off is a broken answer, not a shorter file', async () => {
    const { id } = await upload(randomBytes(megabyte));
    server.behave = () => 'half';
    await expect(fetch(files.link(id)).then((answer) => answer.arrayBuffer())).rejects.toThrow();
    await expect(files.bytes(id)).rejects.toMatchObject({ status: 503 });
    server.behave = () => undefined;
    expect((await files.bytes(id)).length).toBe(megabyte);
  });

  it('whose client leaves gives the connection back', async () => {
    const { id } = await upload(randomBytes(4 * megabyte));
    for (let n = 0; n < 30; n += 1) {
      const stop = new AbortController();
      const answer = await fetch(files.link(id), { signal: stop.signal });
      stop.abort();
      await answer.arrayBuffer().catch(() => {});
    }
    expect((await files.bytes(id)).length).toBe(4 * megabyte);
  });
});

describe('a folder of a shared bucket', () => {
  it('is all that Steward sees and sweeps', async () => {
    const at = (storageUrl: string) => openFileStorage(storageUrl, '/nowhere');
    const [ours, theirs] = [
      server.url.replace('/files?', '/files/one/a.b?'),
      server.url.replace('/files?', '/files/two?'),
    ];
    const shared = filesAt(ours);
    const old = new Date(0);
    const key = newKey();
    await at(ours).write(key, Buffer.from('mine'), 100);
    await at(theirs).write(newKey(), Buffer.from('theirs'), 100);
    for (const stranger of ['one/a.b/notes & <more>.txt', 'one/a.b/zz', key, 'one/a.bc/x'])
      server.objects.set(stranger, { bytes: Buffer.from('x'), at: old });
    for (const object of server.objects.values()) object.at = old;
    server.uploads.set('theirs', { key: `two/${key}`, begun: old, parts: new Map() });
    server.uploads.set('mine', { key: `one/a.b/${key}`, begun: old, parts: new Map() });
    expect((await shared.sweep()).orphans).toBe(1);
    expect([...server.objects.keys()].filter((one) => one === `one/a.b/${key}`)).toEqual([]);
    expect([server.objects.size, [...server.uploads.keys()]]).toEqual([5, ['theirs']]);
  });
});
