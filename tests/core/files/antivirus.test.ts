// The virus scanner at every door that takes a file: what is infected, or could not be checked, is refused and leaves nothing.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import type { Core } from '../../../src/core/core.ts';
import { openAntivirus } from '../../../src/core/files/antivirus.ts';
import { readClamdUrl } from '../../../src/core/files/clamd.ts';
import { buildPanel } from '../../../src/core/panel/index.ts';
import { createOperator } from '../../../src/core/people/operators.ts';
import { pixelCanvas } from '../../../src/lib/pixel-canvas.ts';
import { newOrganiserKey } from '../../../src/modules/certificates/campaigns.ts';
import certificates from '../../../src/modules/certificates/module.ts';
import { type ClamdSink, eicar, startClamdSink } from '../../kit/clamd-sink.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { fingerprint, openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';

const password = 'seventeen green bicycles';
let sink: ClamdSink;
beforeAll(async () => {
  sink = await startClamdSink({ maxBytes: 3_000_000 });
});
afterAll(() => sink.stop());
beforeEach(() => {
  sink.scanned.length = 0;
  sink.fault = undefined;
});

interface Doors {
  core: Core;
  /** Each sends bytes by one door and tells what was answered. */
  send: Record<string, (bytes: Buffer) => Promise<{ status: number; told: string }>>;
  close(): Promise<void>;
}

async function openDoors(settings: Record<string, string>): Promise<Doors> {
  const kit: TestCore = await testCore([certificates], settings);
  const { core } = kit;
  const web: TestWeb = await openTestWeb(core, await buildPanel(core, { componentsFile: import.meta.filename }));
  const campaign = await core.db.campaign.create({ data: { slug: 'spring', title: 'Spring', organisation: 'Club' } });
  const key = await core.transaction(systemActor, async (work) => {
    await createOperator(work, { email: 'root@example.org', roleName: 'administrator', password });
    return (await newOrganiserKey(work, campaign.id)).key;
  });
  const visitor = new Visitor(web);
  await visitor.signIn('root@example.org', password);
  const form = async (path: string, bytes: Buffer, headers: Record<string, string>) => {
    const body = new FormData();
    body.append('template', new Blob([new Uint8Array(bytes)]), 'a.png');
    const answer = await fetch(web.url + path, { method: 'POST', body, headers });
    return { status: answer.status, told: await answer.text() };
  };
  const ours = () => ({ origin: web.url, 'sec-fetch-site': 'same-origin', cookie: visitor.cookie });
  return {
    core,
    send: {
      'a public form': (bytes) => form('/api/uploadImage', bytes, { token: key }),
      'a tool of the panel': (bytes) =>
        form(`/admin/api/steward/tools/Campaign/${campaign.id}/design/upload`, bytes, ours()),
      'an import': async (bytes) => {
        const path = '/admin/api/steward/imports/of/Recipient/upload?name=a.csv';
        const headers = { 'content-type': 'application/octet-stream' };
        const { status, text: told } = await visitor.send('POST', path, { body: bytes, headers });
        return { status, told };
      },
    },
    async close() {
      await web.close();
      await kit.close();
    },
  };
}

const tables = ['StoredFile', 'Campaign', 'Import', 'Recipient'];
/** The form's module answers in an envelope of its own, in which what the client did wrong is a 200 and what we could not do a 500. */
const statusOf = (door: string, status: 400 | 503) => (door !== 'a public form' ? status : status === 400 ? 200 : 500);
const doorNames = ['a public form', 'a tool of the panel', 'an import'] as const;
const clean = (door: string) =>
  door === 'an import' ? Buffer.from('E-mail\na@example.org\n') : pixelCanvas(300, 300).png();

describe('where a scanner is configured', () => {
  let doors: Doors;
  beforeAll(async () => {
    doors = await openDoors({ CLAMAV_URL: sink.url });
  });
  afterAll(() => doors.close());

  describe.each(doorNames)('%s', (door) => {
    it('takes what is clean, shown whole to the scanner first', async () => {
      const bytes = clean(door);
      expect(await doors.send[door]!(bytes)).toMatchObject({ status: 200 });
      expect(sink.scanned.map((one) => one.equals(bytes))).toEqual([true]);
    });

    it('refuses what is infected, with the reason, and keeps nothing', async () => {
      const before = await fingerprint(doors.core, tables);
      const { status, told } = await doors.send[door]!(Buffer.concat([clean(door), eicar()]));
      expect(status).toBe(statusOf(door, 400));
      expect(told).toContain('The virus scanner found Eicar-Test-Signature in this file.');
      expect(await fingerprint(doors.core, tables)).toBe(before);
    });

    it.each(['hang-up', 'hang-up-at-once', 'error', 'garbage'] as const)(
      'answers 503 and keeps nothing when the scanner ends with %s',
      async (fault) => {
        sink.fault = fault;
        const before = await fingerprint(doors.core, tables);
        const { status, told } = await doors.send[door]!(clean(door));
        expect([status, told.includes('cannot be checked for viruses')]).toEqual([statusOf(door, 503), true]);
        expect(await fingerprint(doors.core, tables)).toBe(before);
      },
    );

    it('answers 413 for what the scanner does not take', async () => {
      const before = await fingerprint(doors.core, tables);
      expect((await doors.send[door]!(randomBytes(4_000_000))).status).toBe(413);
      expect(await fingerprint(doors.core, tables)).toBe(before);
    });
  });

  it('no connection to the scanner stays open', async () => {
    for (let n = 0; n < 100 && sink.open() > 0; n += 1) await new Promise((done) => setTimeout(done, 50));
    expect(sink.open()).toBe(0);
  });

  it('what Steward makes itself is not scanned', async () => {
    await doors.core.files.keep({ name: 'a.txt', type: 'text/plain', content: eicar() });
    expect(sink.scanned).toEqual([]);
  });

  it('it can be asked whether it is there', async () => {
    expect(await doors.core.files.isScannerThere()).toBe(true);
    sink.fault = 'hang-up-at-once';
    expect(await doors.core.files.isScannerThere()).toBe(false);
  });
});

describe('where uploads are kept while the scanner is away', () => {
  let doors: Doors;
  beforeAll(async () => {
    doors = await openDoors({ CLAMAV_URL: sink.url, CLAMAV_WHEN_AWAY: 'keep' });
  });
  afterAll(() => doors.close());

  it.each(doorNames)('%s takes them, but never what was found infected', async (door) => {
    for (const fault of ['hang-up', 'hang-up-at-once', 'error'] as const) {
      sink.fault = fault;
      expect([fault, (await doors.send[door]!(clean(door))).status]).toEqual([fault, 200]);
    }
    sink.fault = undefined;
    const { told } = await doors.send[door]!(Buffer.concat([clean(door), eicar()]));
    expect(told).toContain('The virus scanner found');
  });
});

describe('without a scanner', () => {
  it('uploads are taken as before', async () => {
    const doors = await openDoors({});
    for (const door of doorNames) expect((await doors.send[door]!(clean(door))).status).toBe(200);
    expect(sink.scanned).toEqual([]);
    await doors.close();
  });
});

describe('a stream under scrutiny', () => {
  const follow = (source: Readable) =>
    openAntivirus({ address: readClamdUrl(sink.url)!, whenAway: 'refuse' }).follow(source);

  it('passes on every byte, in pieces of any size', async () => {
    const bytes = randomBytes(2_000_000);
    const source = async function* () {
      for (let at = 0, n = 1; at < bytes.length; at += n, n = (n * 7) % 65_537) yield bytes.subarray(at, at + n);
    };
    expect((await buffer(follow(Readable.from(source(), { objectMode: false })))).equals(bytes)).toBe(true);
    expect(sink.scanned[0]?.equals(bytes)).toBe(true);
  });

  it('is found out though the virus comes in pieces', async () => {
    const pieces = [...eicar()].map((byte) => Buffer.from([byte]));
    await expect(buffer(follow(Readable.from(pieces)))).rejects.toMatchObject({ status: 400 });
  });

  it('that breaks off is not taken for a whole one', async () => {
    const source = async function* () {
      yield Buffer.from('half');
      throw new Error('source broke');
    };
    await expect(buffer(follow(Readable.from(source())))).rejects.toThrow('source broke');
    expect(sink.scanned).toEqual([]);
  });
});

describe('CLAMAV_URL', () => {
  it.each([
    ['tcp://scanner:3310', { host: 'scanner', port: 3310 }],
    ['tcp://[::1]:99', { host: '::1', port: 99 }],
    ['tcp://scanner', { host: 'scanner', port: 3310 }],
    ['unix:///run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
    ['unix:/run/clamd', { path: '/run/clamd' }],
    ['http://scanner', undefined],
    ['tcp://', undefined],
    ['tcp://scanner/path', undefined],
  ])('%s', (written, address) => {
    expect(readClamdUrl(written)).toEqual(address);
  });
});
