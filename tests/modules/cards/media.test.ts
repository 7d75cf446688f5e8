// Uploads: pictures drawn anew, sounds and films by their first bytes, one row a content, bombs refused, nothing left behind.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepCards } from '../../../src/modules/cards/jobs.ts';
import { readMedia } from '../../../src/modules/cards/media-type.ts';
import { fingerprint } from '../../kit/http.ts';
import { type House, keptFiles, newPerson, openHouse, Person, picture, publish } from './cards-house.ts';

let house: House;
let person: Person;
const tables = ['StoredFile', 'CardResource', 'AccountPicture', 'CardAccount'];
const tomorrow = () => new Date(Date.now() + 2 * 86_400_000);

beforeAll(async () => {
  house = await openHouse();
  person = await newPerson(house);
});
afterAll(() => house?.close());

const bytesOf = (...parts: (string | number[])[]) =>
  Buffer.concat([
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    Buffer.alloc(500, 7),
  ]);
const mp3 = () => bytesOf('ID3\x04\0\0', randomUUID());
const m4a = () => bytesOf('\0\0\0\x20ftypM4A \0\0\0\0', randomUUID());
const mp4 = () => bytesOf('\0\0\0\x20ftypisom\0\0\x02\0', randomUUID());
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A grey PNG of so many pixels a side in a few kilobytes. */
function bomb(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    let c = -1;
    for (const byte of body) {
      c ^= byte;
      for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    }
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeUInt32BE(~c >>> 0, body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side);
  head.writeUInt32BE(side, 4);
  head[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side), { level: 9 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('an upload', () => {
  it.each(['avatar', 'banner', 'card_res'])(
    '/upload/%s needs somebody signed in, and keeps nothing otherwise',
    async (kind) => {
      const before = await fingerprint(house.core, tables);
      const bytes = await picture(1300, 400).png().toBuffer();
      expect((await new Person(house.web).upload(kind, kind, { bytes, type: 'image/png' })).error).toBe(403);
      expect(await person.upload(kind, 'other', { bytes, type: 'image/png' })).toMatchObject({ error: 402 });
      expect((await person.send('GET', `/upload/${kind}`)).json?.error).toBe(400);
      expect((await person.post(`/upload/${kind}`, {})).json?.error).toBe(400);
      expect(await fingerprint(house.core, tables)).toBe(before);
    },
  );

  it.each([
    ['avatar', 'too small', () => picture(299, 300).png().toBuffer()],
    ['avatar', 'no picture', async () => Buffer.from('<html><script>alert(1)</script>')],
    [
      'avatar',
      'a drawing with scripts',
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ],
    ['avatar', 'a bomb', async () => bomb(16_000)],
    ['avatar', 'cut off', async () => (await picture(400, 400).png().toBuffer()).subarray(0, 200)],
    ['banner', 'too narrow', () => picture(1199, 300).png().toBuffer()],
    ['banner', 'empty', async () => Buffer.from('x')],
  ])('of an %s that is %s is 422 and leaves nothing', async (kind, _what, make) => {
    const [before, files] = [await fingerprint(house.core, tables), keptFiles(house).length];
    expect((await person.upload(kind, kind, { bytes: await make(), type: 'image/png' })).error).toBe(422);
    expect(await fingerprint(house.core, tables)).toBe(before);
    expect(keptFiles(house)).toHaveLength(files);
  });

  it.each([
    ['a page', 'text/html', async () => Buffer.from('<html><script>alert(1)</script>')],
    ['a page that says it is a picture', 'image/png', async () => Buffer.from('<html>')],
    ['a page that says it is a sound', 'audio/mpeg', async () => Buffer.from('<html>')],
    ['a drawing with scripts', 'image/svg+xml', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a program', 'application/octet-stream', async () => bytesOf('\x7fELF')],
    ['an archive', 'application/zip', async () => bytesOf('PK\x03\x04')],
    ['a film that says it is a sound', 'audio/mpeg', async () => bytesOf('\x1a\x45\xdf\xa3', 'matroska')],
    ['a sound that says it is a page', 'text/html', async () => mp3()],
    ['a bomb', 'image/png', async () => bomb(16_000)],
    ['a picture that says it is a film', 'video/mp4', () => picture(30, 30).png().toBuffer()],
  ])('for a card of %s (%s) is 401 and leaves nothing', async (_what, type, make) => {
    const [before, files] = [await fingerprint(house.core, tables), keptFiles(house).length];
    expect(await person.upload('card_res', 'res', { bytes: await make(), type })).toMatchObject({
      error: 401,
      field: 'res',
    });
    expect(await fingerprint(house.core, tables)).toBe(before);
    expect(keptFiles(house)).toHaveLength(files);
  });

  it('of more than 20 MB is refused', async () => {
    const bytes = Buffer.concat([mp3(), Buffer.alloc(20_000_000)]);
    expect((await person.upload('card_res', 'res', { bytes, type: 'audio/mpeg' })).error).toBe(401);
  });
});

describe('a picture', () => {
  it('loses its place and camera; its hash is that of what was sent', async () => {
    const bytes = await picture(640, 480)
      .withExif({ IFD0: { Copyright: 'canary-camera', ImageDescription: 'canary-place' } })
      .jpeg()
      .toBuffer();
    expect(bytes.toString('latin1')).toContain('canary-camera');
    const answer = await person.upload('card_res', 'card_res', { bytes, type: 'image/jpeg', name: '../../etc/passwd' });
    expect(answer).toMatchObject({ error: 0, sha_256: sha256(bytes) });
    const kept = await fetch(`${house.web.url}/static/card_res/${answer.id}`, { headers: { cookie: person.cookie } });
    const clean = Buffer.from(await kept.arrayBuffer());
    expect(clean.toString('latin1')).not.toContain('canary');
    expect(await sharp(clean).metadata()).toMatchObject({ width: 640, height: 480, format: 'jpeg' });
    for (const file of keptFiles(house)) expect(readFileSync(file).includes('canary')).toBe(false);
  });

  it('as an avatar becomes three squares of their exact sizes, and the field of the seed’s document works', async () => {
    const bytes = await picture(900, 500, '#cc0000').webp().toBuffer();
    const { id } = await person.upload('avatar', 'avater', { bytes, type: 'image/webp' });
    for (const size of [300, 150, 60]) {
      const answer = await fetch(`${house.web.url}/static/avatar/${id}_${size}.png`);
      expect([answer.status, answer.headers.get('content-type'), answer.headers.get('x-content-type-options')]).toEqual(
        [200, 'image/png', 'nosniff'],
      );
      expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({
        width: size,
        height: size,
        format: 'png',
      });
    }
    for (const wrong of [
      `${id}.png`,
      `${id}_301.png`,
      `${id}_300.jpg`,
      `${id}_300.png%00`,
      '..%2f..%2fetc%2fpasswd',
      `${'0'.repeat(32)}_300.png`,
    ])
      expect([wrong, (await person.get(`/static/avatar/${wrong}`)).status]).toEqual([wrong, 404]);
  });

  it('as a banner becomes 1200 pixels wide', async () => {
    const { id } = await person.upload('banner', 'banner', {
      bytes: await picture(2400, 800).png().toBuffer(),
      type: 'image/png',
    });
    const answer = await fetch(`${house.web.url}/static/banner/${id}_1200.jpg`);
    expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({
      width: 1200,
      height: 400,
      format: 'jpeg',
    });
    expect((await person.act('user_info')) as unknown).toMatchObject({
      account_info: { profile: { banner: expect.stringContaining(String(id)) } },
    });
  });

  it('of somebody else cannot be worn', async () => {
    const other = await newPerson(house);
    const { id } = await other.upload('avatar', 'avatar', {
      bytes: await picture(300, 300).png().toBuffer(),
      type: 'image/png',
    });
    const profile = {
      nick: 'N',
      mobile: '',
      birthday: '',
      gender: 0,
      introduction: '',
      province: '',
      city: '',
      area: '',
    };
    const before = await fingerprint(house.core, ['CardAccount']);
    expect((await person.act('user_edit_profile', { profile: { ...profile, avatar: id } })).error).toBe(404);
    expect((await person.act('user_edit_profile', { profile: { ...profile, banner: id } })).error).toBe(404);
    expect(await fingerprint(house.core, ['CardAccount'])).toBe(before);
    expect((await other.act('user_edit_profile', { profile: { ...profile, avatar: id } })).error).toBe(0);
  });
});

describe('sounds and films', () => {
  it.each([
    ['ID3', mp3, 'audio/mpeg', 'audio/mpeg'],
    ['a bare frame', () => bytesOf([0xff, 0xfb, 0x90, 0x44]), 'audio/mp3', 'audio/mpeg'],
    ['AAC', () => bytesOf([0xff, 0xf1, 0x50, 0x80]), 'audio/aac', 'audio/aac'],
    ['M4A', m4a, 'audio/x-m4a', 'audio/mp4'],
    ['WAV', () => bytesOf('RIFF\0\0\0\0WAVEfmt '), 'audio/wav', 'audio/wav'],
    ['Ogg as a sound', () => bytesOf('OggS'), 'audio/ogg', 'audio/ogg'],
    ['MP4', mp4, 'video/mp4', 'video/mp4'],
    ['MP4 of a silent client', mp4, 'application/octet-stream', 'video/mp4'],
    ['MOV of a telephone', () => bytesOf('\0\0\0\x14ftypqt  \0\0\0\0'), 'video/quicktime', 'video/mp4'],
    ['WebM', () => bytesOf('\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm'), 'video/webm', 'video/webm'],
  ])('%s is known by its first bytes', (_what, make, declared, mediaType) => {
    expect(readMedia(make(), declared)?.mediaType).toBe(mediaType);
  });

  it('are sent with our own type, whole or in parts, and never run', async () => {
    const bytes = mp3();
    const { id } = await person.upload('card_res', 'res', { bytes, type: 'audio/mpeg' });
    const load = (range?: string) =>
      fetch(`${house.web.url}/static/card_res/${id}`, { headers: { cookie: person.cookie, ...(range && { range }) } });
    const whole = await load();
    expect([whole.status, whole.headers.get('content-type'), whole.headers.get('accept-ranges')]).toEqual([
      200,
      'audio/mpeg',
      'bytes',
    ]);
    expect(whole.headers.get('content-security-policy')).toContain('sandbox');
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    for (const [range, status, from, to] of [
      ['bytes=0-1', 206, 0, 2],
      ['bytes=10-', 206, 10, bytes.length],
      ['bytes=-5', 206, bytes.length - 5, bytes.length],
      ['bytes=100-99999999', 206, 100, bytes.length],
      ['bytes=5-4', 200, 0, bytes.length],
      ['bytes=0-1,3-4', 200, 0, bytes.length],
      ['lines=1-2', 200, 0, bytes.length],
    ] as const) {
      const part = await load(range);
      expect([range, part.status]).toEqual([range, status]);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(from, to))).toBe(true);
    }
    expect((await load(`bytes=${bytes.length}-`)).status).toBe(416);
  });
});

describe('one content', () => {
  it('is kept once, whoever sends it and however many at once', async () => {
    const bytes = mp4();
    const other = await newPerson(house);
    const files = keptFiles(house).length;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        [person, other][n % 2]!.upload('card_res', 'res', { bytes, type: 'video/mp4' }),
      ),
    );
    expect(new Set(answers.map(({ error, id }) => `${error} ${id}`)).size).toBe(1);
    expect(await house.core.db.cardResource.count({ where: { sha256: sha256(bytes) } })).toBe(1);
    await house.core.files.sweep({ olderThanHours: -1 });
    expect(keptFiles(house)).toHaveLength(files + 1);
  });
});

describe('the files of a card', () => {
  it('are told in the order in which the card names them', async () => {
    const hashes: string[] = [];
    for (let n = 0; n < 8; n += 1) {
      const bytes = mp3();
      await person.upload('card_res', 'res', { bytes, type: 'audio/mpeg' });
      hashes.push(sha256(bytes));
    }
    const order = [3, 0, 7, 5, 1, 6, 2, 4].map((n) => hashes[n]);
    const token = await publish(person, { local_template: { attachments_hashes: order } });
    const { card_info } = await person.act('card_query', { token });
    expect((card_info as { resources: { sha_256: string }[] }).resources.map((one) => one.sha_256)).toEqual(order);
  });
});

describe('what nobody uses', () => {
  it('is swept after a day; what a card shows or an account wears stays', async () => {
    const [kept, loose] = [mp3(), mp3()];
    const { id } = await person.upload('card_res', 'res', { bytes: kept, type: 'audio/mpeg' });
    await person.upload('card_res', 'res', { bytes: loose, type: 'audio/mpeg' });
    const token = await publish(person, { local_template: { content: 'x', attachments_hashes: [sha256(kept)] } });
    const wearer = await newPerson(house);
    const square = await picture(300, 300).png().toBuffer();
    const first = await wearer.upload('avatar', 'avatar', { bytes: square, type: 'image/png' });
    const second = await wearer.upload('avatar', 'avatar', { bytes: square, type: 'image/png' });
    expect(await sweepCards(house.core)).toEqual({ sessions: 0, pictures: 0, resources: 0 });
    const swept = await sweepCards(house.core, tomorrow());
    expect(swept.pictures).toBeGreaterThan(0);
    expect((await person.act('res_query', { hash: sha256(kept) })).error).toBe(0);
    expect((await person.act('res_query', { hash: sha256(loose) })).error).toBe(404);
    expect((await person.get(`/static/card_res/${id}`)).status).toBe(200);
    expect((await person.get(`/static/avatar/${first.id}_300.png`)).status).toBe(404);
    expect((await person.get(`/static/avatar/${second.id}_300.png`)).status).toBe(200);
    const named = (await house.core.db.storedFile.findMany()).map(({ key }) => key);
    expect(
      keptFiles(house)
        .map((file) => file.split('/').slice(-2).join('/'))
        .sort(),
    ).toEqual(named.sort());
    expect((await person.act('card_query', { token })).error).toBe(0);
  });
});
