// Kept files on a real database, in a folder and in a bucket: bytes and rows agree, strangers get nothing, the rest is swept.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/core/database/database.ts';
import { publicFace, tooLarge } from '../../../src/core/errors.ts';
import { serveFile } from '../../../src/core/files/door.ts';
import { createFiles, type Files, type NewFile } from '../../../src/core/files/files.ts';
import { contentDisposition, safeFileName, uniqueName } from '../../../src/lib/file-name.ts';
import { cloneDatabase, type TestDatabase } from '../../kit/database.ts';
import { storages, type TestStorage } from '../../kit/storages.ts';

async function* failing() {
  yield Buffer.from('some');
  throw new Error('source broke');
}
async function* refusing() {
  yield Buffer.from('some');
  throw tooLarge('too much');
}
function leaving(): Readable {
  const stream = new Readable({ read() {} });
  stream.push('some');
  setTimeout(() => stream.destroy(), 20);
  return stream;
}

describe.each(storages)('in $name', (kind) => {
  let test: TestDatabase;
  let database: Database;
  let files: Files;
  let storage: TestStorage;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    test = await cloneDatabase();
    database = openDatabase(test.connection, { connectTimeout: 60_000 });
    storage = await kind.open();
    server = createServer((req, res) => {
      serveFile(files, req, res).catch((error) => res.writeHead(publicFace(error).status).end());
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    files = createFiles({
      config: { storageUrl: storage.url, dataDir: '/nowhere', appKey: 'k'.repeat(40), publicUrl: origin },
      database,
    });
  });
  afterAll(async () => {
    server.close();
    await database.close();
    await test.drop();
    await storage.stop();
  });
  beforeEach(async () => {
    await database.prisma.storedFile.deleteMany();
    storage.empty();
  });

  const text = (content: string | Readable, more: Partial<NewFile> = {}): NewFile => ({
    name: 'a.txt',
    type: 'text/plain',
    content: typeof content === 'string' ? Buffer.from(content) : content,
    ...more,
  });
  const owner = { resource: 'Campaign', recordId: 'c1' };

  const stored = () => storage.stored();
  const rows = () => database.prisma.storedFile.count();
  const hours = (n: number) => new Date(Date.now() - n * 3_600_000);

  describe('keeping a file', () => {
    it('keeps bytes and streams with size and hash, under a name of ours', async () => {
      const one = await files.keep(text('hello', { name: '../../etc/pass\u202ewd<>.txt' }));
      const two = await files.keep(text(Readable.from([Buffer.from('hel'), Buffer.from('lo')])));
      for (const file of [one, two]) {
        expect(file).toMatchObject({
          size: 5,
          sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        });
        expect(file.key).toMatch(/^([0-9a-f]{2})\/\1[0-9a-f]{38}$/);
        expect((await files.bytes(file.id)).toString()).toBe('hello');
      }
      expect(one.name).toBe('etc-passwd-.txt');
      expect(stored()).toHaveLength(2);
    });

    it('of no bytes is a file too', async () => {
      const file = await files.keep(text(''));
      expect((await files.read(file.id)).file.size).toBe(0);
      expect((await files.bytes(file.id)).length).toBe(0);
    });

    const broken: [string, () => NewFile, object][] = [
      ['is over its limit', () => text('123456', { maxBytes: 5 }), { status: 413 }],
      [
        'streams over its limit',
        () => text(Readable.from([Buffer.alloc(4), Buffer.alloc(4)]), { maxBytes: 5 }),
        { status: 413 },
      ],
      ['fails half-way', () => text(Readable.from(failing())), { message: 'source broke' }],
      ['refuses half-way', () => text(Readable.from(refusing())), { status: 413 }],
      ['is destroyed before it ends', () => text(leaving()), { message: 'The source of the file broke off.' }],
    ];
    it.each(broken)('whose source %s leaves neither bytes nor row', async (_, make, error) => {
      await expect(files.keep(make())).rejects.toMatchObject(error);
      expect([await rows(), stored()]).toEqual([0, []]);
    });

    it('whose row cannot be written leaves no bytes', async () => {
      const failed = database.prisma.$transaction(async (tx) => {
        await files.keep({ ...text('x'), name: 'n', isPublic: 'yes' as unknown as boolean }, tx);
      });
      await expect(failed).rejects.toThrow();
      expect([await rows(), stored()]).toEqual([0, []]);
    });

    it('in a transaction that rolls back leaves no row, and the sweep takes the bytes', async () => {
      const failed = database.prisma.$transaction(async (tx) => {
        await files.keep(text('x'), tx);
        throw new Error('rolled back');
      });
      await expect(failed).rejects.toThrow('rolled back');
      expect([await rows(), stored().length]).toEqual([0, 1]);
      expect(await files.sweep()).toEqual({ expired: 0, unclaimed: 0, orphans: 0 });
      storage.age(hours(25));
      expect(await files.sweep()).toEqual({ expired: 0, unclaimed: 0, orphans: 1 });
      expect(stored()).toEqual([]);
    });

    it('in a storage that refuses answers 503 and leaves nothing', async () => {
      const full = createFiles({
        config: { storageUrl: storage.brokenUrl, dataDir: '/nowhere', appKey: 'k'.repeat(40), publicUrl: origin },
        database,
      });
      await expect(full.keep(text('x'))).rejects.toMatchObject({ status: 503, code: 'unavailable' });
      await expect(full.keep(text(Readable.from(['x'])))).rejects.toMatchObject({ status: 503, code: 'unavailable' });
      expect([await rows(), stored()]).toEqual([0, []]);
    });
  });

  describe('claiming', () => {
    it('binds a file once; another record gets the answer of an absent file', async () => {
      const { id } = await files.keep(text('x'));
      expect(await files.claim(database.prisma, id, owner)).toMatchObject(owner);
      await expect(files.claim(database.prisma, id, owner)).resolves.toMatchObject(owner);
      for (const [wrong, who] of [
        [id, { ...owner, recordId: 'c2' }],
        ['x', owner],
        ['00000000-0000-0000-0000-000000000000', owner],
      ] as const)
        await expect(files.claim(database.prisma, wrong, who)).rejects.toMatchObject({ status: 404 });
    });

    it('wins against a sweep that runs at the same time', async () => {
      const { id } = await files.keep(text('x'));
      await database.prisma.storedFile.update({ where: { id }, data: { createdAt: hours(30) } });
      const sweep = database.prisma.$transaction(async (tx) => {
        await files.claim(tx, id, owner);
        const swept = files.sweep();
        await new Promise((done) => setTimeout(done, 150));
        return { swept };
      });
      expect(await (await sweep).swept).toEqual({ expired: 0, unclaimed: 0, orphans: 0 });
      expect((await files.bytes(id)).toString()).toBe('x');
    });
  });

  describe('the sweep', () => {
    it('takes old unclaimed and expired files with their bytes, and leaves the rest', async () => {
      const young = await files.keep(text('young'));
      const old = await files.keep(text('old'));
      const mine = await files.keep(text('mine', { owner }));
      const over = await files.keep(text('over', { owner, expiresAt: new Date(Date.now() + 50) }));
      for (const { id } of [old, mine])
        await database.prisma.storedFile.update({ where: { id }, data: { createdAt: hours(25) } });
      await new Promise((done) => setTimeout(done, 60));
      await expect(files.read(over.id)).rejects.toMatchObject({ status: 404 });
      expect(await files.sweep()).toEqual({ expired: 1, unclaimed: 1, orphans: 0 });
      for (const { id } of [young, mine]) expect(await files.find(id)).toMatchObject({ id });
      expect(stored()).toHaveLength(2);
    });

    it('removes a removed file, at once or after the transaction', async () => {
      const [one, two] = [await files.keep(text('1')), await files.keep(text('2'))];
      await files.remove(one.id);
      await database.prisma.$transaction((tx) => files.remove(two.id, tx));
      await files.remove('no id');
      expect([await rows(), stored().length]).toEqual([0, 1]);
      storage.age(hours(25));
      expect((await files.sweep()).orphans).toBe(1);
    });
  });

  describe('the address of a file', () => {
    it('opens a private file while it is good, and only that file and manner', async () => {
      const [mine, other] = [await files.keep(text('secret')), await files.keep(text('other'))];
      const link = files.link(mine.id, { seconds: 60 });
      expect(await (await fetch(link)).text()).toBe('secret');
      const wrong = [
        `${origin}/files/${mine.id}`,
        link.replace(mine.id, other.id),
        `${link}&d=1`,
        link.replace(/s=./, (start) => (start === 's=A' ? 's=B' : 's=A')),
        link.replace(/e=[^&]*/, 'e=zzzzzz'),
        `${link}&s=x`,
        files.link(mine.id, { seconds: -1 }),
        files.link('nothing'),
        `${origin}/files/..%2f..%2fetc%2fpasswd`,
        files.link('00000000-0000-0000-0000-000000000000'),
      ];
      for (const address of wrong) expect((await fetch(address)).status, address).toBe(404);
    });

    it('tells the type by our list and lets nothing run', async () => {
      const cases: [string, string, RegExp][] = [
        ['image/png', 'image/png', /^inline; /],
        ['image/svg+xml', 'application/octet-stream', /^attachment; /],
        ['text/html', 'application/octet-stream', /^attachment; /],
        ['application/pdf', 'application/pdf', /^attachment; /],
      ];
      for (const [type, told, disposition] of cases) {
        const { id } = await files.keep({ ...text('<script>'), type, name: '证书 "a".png' });
        const { headers } = await fetch(files.link(id));
        expect(headers.get('content-type')).toBe(told);
        expect(headers.get('content-disposition')).toMatch(disposition);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('content-security-policy')).toContain("sandbox; default-src 'none'");
        expect(headers.get('cache-control')).toBe('private, no-store');
        expect((await fetch(files.link(id, { download: true }))).headers.get('content-disposition')).toMatch(
          /^attachment; /,
        );
      }
    });

    it('of a public file lasts, is cached, and answers HEAD and a known ETag without bytes', async () => {
      const { id, sha256 } = await files.keep({ ...text('logo'), type: 'image/png', isPublic: true });
      const whole = await fetch(files.publicLink(id));
      expect([await whole.text(), whole.headers.get('cache-control')]).toEqual([
        'logo',
        'public, max-age=31536000, immutable',
      ]);
      const head = await fetch(files.publicLink(id), { method: 'HEAD' });
      expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([200, '', '4']);
      const known = await fetch(files.publicLink(id), { headers: { 'if-none-match': `"${sha256}"` } });
      expect([known.status, await known.text()]).toEqual([304, '']);
    });

    it('whose bytes were lost is "not found", not a fault', async () => {
      const { id } = await files.keep(text('x'));
      for (const key of stored()) storage.lose(key);
      expect((await fetch(files.link(id))).status).toBe(404);
      await expect(files.bytes(id)).rejects.toMatchObject({ status: 404 });
    });
  });
});

describe('a file name', () => {
  it.each([
    ['a.png', 'a.png'],
    ['../../etc/passwd', 'etc-passwd'],
    ['C:\\temp\\x.png', 'C-temp-x.png'],
    ['a\0b\r\nc.txt', 'abc.txt'],
    ['', 'file'],
    ['....', 'file'],
    ['.htaccess', 'htaccess'],
    ['con.txt', '_con.txt'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['王小明 的证书.png', '王小明 的证书.png'],
    [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(115)}.jpeg`],
  ])('%j becomes %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
  });

  it('is numbered when it is taken, whatever the case of its letters', () => {
    const taken = new Set<string>();
    expect(['a.png', 'A.png', 'a.png', 'b'].map((name) => uniqueName(name, taken))).toEqual([
      'a.png',
      'A (2).png',
      'a (3).png',
      'b',
    ]);
  });

  it('is told plainly and in full', () => {
    expect(contentDisposition('attachment', 'Zoë "王".png')).toBe(
      `attachment; filename="Zoe -_-.png"; filename*=UTF-8''Zo%C3%AB%20-%E7%8E%8B-.png`,
    );
  });
});
