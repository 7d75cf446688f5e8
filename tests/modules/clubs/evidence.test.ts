// Pictures (hazards 42 and 52): what is read, what is kept, who may see it, and when it goes. Evidence reaches nobody but staff.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '../../../src/core/index.ts';
import { createOperator } from '../../../src/core/people/operators.ts';
import { signLink } from '../../../src/core/tokens.ts';
import { deleteOldEvidence, refuseClub } from '../../../src/modules/clubs/service.ts';
import { fingerprint, Visitor } from '../../kit/http.ts';
import {
  apply,
  call,
  type House,
  makeAdministrator,
  makeClub,
  openHouse,
  password,
  picture,
  sendFile,
  upload,
} from './clubs-house.ts';

const day = 86_400_000;
let house: House;
let root: string;

beforeAll(async () => {
  house = await openHouse({ panel: 'http' });
  root = (await makeAdministrator(house)).token;
}, 120_000);
beforeEach(() => house.core.db.rateLimit.deleteMany());
afterAll(() => house?.close());

/** How many files the storage holds. */
function kept(): number {
  const folder = path.join(house.core.config.dataDir, 'files');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(folder, name)).isFile(),
  ).length;
}

async function visitorWith(permissions: string[], email: string, scope = 'all', scopeId?: string): Promise<Visitor> {
  await house.core.db.role.create({ data: { name: email, permissions, scope } });
  await house.core.transaction(systemActor, (work) =>
    createOperator(work, { email, roleName: email, password, scopeId }),
  );
  const visitor = new Visitor(house.web);
  expect((await visitor.signIn(email, password)).status).toBe(303);
  return visitor;
}

describe('an upload', () => {
  const noise = () => sharp({ create: { width: 60, height: 40, channels: 3, background: '#3a7' } });

  it('is told by its content, written anew and stripped, whatever it is called', async () => {
    const withGps = await noise()
      .withExif({ IFD0: { Copyright: 'CANARY-EXIF' } })
      .jpeg()
      .toBuffer();
    expect(withGps.includes('CANARY-EXIF')).toBe(true);
    for (const [bytes, ending] of [
      [await noise().png().toBuffer(), 'png'],
      [withGps, 'jpg'],
      [await noise().webp().toBuffer(), 'jpg'],
      [await noise().gif().toBuffer(), 'png'],
    ] as const) {
      const { status, json } = await sendFile(house, bytes, 'file', 'evil.html');
      expect(status).toBe(200);
      expect(json?.filename).toMatch(new RegExp(`^[0-9a-f]{32}\\.${ending}$`));
      const { id } = await house.core.db.storedFile.findFirstOrThrow({ where: { name: String(json?.filename) } });
      const stored = await house.core.files.bytes(id);
      expect((await sharp(stored).metadata()).format).toBe(ending === 'png' ? 'png' : 'jpeg');
      expect(stored.includes('CANARY-EXIF')).toBe(false);
    }
  });

  it('has the same name for the same picture, which nobody can work out from it', async () => {
    const bytes = picture();
    const [one, two] = [await upload(house, bytes), await upload(house, bytes)];
    expect(one).toBe(two);
    expect(await upload(house, picture())).not.toBe(one);
  });

  it('is refused when it is no picture, too large or a bomb, and leaves nothing', async () => {
    const [files, rows] = [kept(), await house.core.db.storedFile.count()];
    const bomb = await sharp({ create: { width: 16_000, height: 16_000, channels: 3, background: '#fff' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    const png = picture();
    for (const [what, bytes, status] of [
      ['html', Buffer.from('<html><script>alert(1)</script>'), 400],
      ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), 400],
      ['a pdf', Buffer.from('%PDF-1.4'), 400],
      ['nothing', Buffer.alloc(0), 400],
      ['half a picture', png.subarray(0, 60), 400],
      ['a bomb', bomb, 400],
      ['6 MB', Buffer.concat([png, Buffer.alloc(6 * 1024 * 1024)]), 413],
    ] as const)
      expect([what, (await sendFile(house, bytes)).status]).toEqual([what, status]);
    expect((await sendFile(house, png, 'other')).json?.field).toBe('file');
    expect((await call(house, 'POST', '/api/images', { body: {} })).status).toBe(415);
    expect([kept(), await house.core.db.storedFile.count()]).toEqual([files, rows]);
  }, 60_000);

  it('goes after a day unless something claimed it', async () => {
    const lost = await upload(house);
    const claimed = await apply(house);
    await house.core.files.sweep({ now: new Date(Date.now() + 23 * 3_600_000) });
    expect(await house.core.db.storedFile.count({ where: { name: lost } })).toBe(1);
    await house.core.files.sweep({ now: new Date(Date.now() + 25 * 3_600_000) });
    expect(await house.core.db.storedFile.count({ where: { name: lost } })).toBe(0);
    expect(
      await house.core.db.storedFile.count({ where: { id: { in: [claimed.logoId ?? '', claimed.evidenceId ?? ''] } } }),
    ).toBe(2);
    const body = { name: 'Late', email: 'late@example.org', logo: lost, evidence: await upload(house) };
    expect((await call(house, 'POST', '/api/pcusers', { body })).json?.field).toBe('logo');
  });

  it('that was evidence cannot be made public by naming it elsewhere', async () => {
    const { evidence } = await apply(house);
    for (const [address, body] of [
      ['/api/pcusers', { name: 'Thief', email: 'thief@example.org', logo: evidence, evidence: await upload(house) }],
      [
        '/api/act',
        {
          name: 'Thief',
          startTime: '2031-01-01 10:00',
          endTime: '2031-01-01 11:00',
          pubStartTime: '2026-01-01 10:00',
          pubEndTime: '2031-01-01 10:00',
          type: 0,
          poster: evidence,
        },
      ],
    ] as const)
      expect((await call(house, 'POST', address, { body })).status).toBe(400);
  });
});

describe('evidence', () => {
  it('cannot be fetched by anybody but staff who review', async () => {
    const own = await makeClub(house);
    const { evidence, evidenceId, id, logo } = own.club;
    const bytes = await house.core.files.bytes(evidenceId ?? '');
    const carries = (text: string) =>
      text.includes(bytes.toString('base64').slice(0, 200)) || text.includes(bytes.subarray(40, 80).toString('utf8'));
    const club = await visitorWith([], 'nothing@example.org');
    const reader = await visitorWith(
      ['clubs:read', 'clubs:moderate', 'clubs:export', 'core:runs', 'core:outbox'],
      'reader@example.org',
    );
    const clubItself = await visitorWith(
      ['clubs:read', 'clubs:publish', 'clubs:enrolments', 'clubs:own'],
      'itself@example.org',
      'club',
      id,
    );
    const { e, s } = signLink('x'.repeat(40), 'file', evidenceId ?? '', new Date(Date.now() + day));
    const addresses = [
      `/static/${evidence}`,
      `/static/%2e%2e/${evidence}`,
      `/static/${evidenceId}`,
      `/files/${evidenceId}`,
      `/files/${evidenceId}?e=${e}&s=${s}`,
      `/files/${evidenceId}?d=1`,
      `/api/images/${evidence}`,
      `/admin/api/steward/tools/Club/${id}/review`,
      `/admin/api/steward/records/StoredFile/${evidenceId}`,
      `/admin/api/steward/records/Club/${id}`,
      '/admin/api/steward/records/StoredFile',
    ];
    const people: [string, Visitor, Record<string, string>][] = [
      ['a stranger', new Visitor(house.web), {}],
      ['an administrator of the API', new Visitor(house.web), { authorization: root }],
      ['the club by API', new Visitor(house.web), { authorization: own.token }],
      ['the club in the panel', clubItself, {}],
      ['staff who may not review', reader, {}],
      ['an operator without rights', club, {}],
    ];
    for (const [who, visitor, headers] of people)
      for (const address of addresses) {
        const { text, status } = await visitor.get(address, headers);
        expect([who, address, carries(text)]).toEqual([who, address, false]);
        if (!address.includes('/records/Club/')) expect([who, address, status]).not.toEqual([who, address, 200]);
        else expect([who, text.includes(evidence)]).toEqual([who, false]);
      }
    // The same addresses do give what is public, and the review to who reviews: the refusals above mean something.
    expect((await call(house, 'GET', `/static/${logo}`)).status).toBe(200);
    const reviewer = await visitorWith(['clubs:read', 'clubs:review'], 'reviewer@example.org');
    expect(carries((await reviewer.get(`/admin/api/steward/tools/Club/${id}/review`)).text)).toBe(true);
  });

  it('goes when its days after the decision are over, not before, and its bytes with the next sweep', async () => {
    const [pending, refused] = [await apply(house), await apply(house)];
    await house.core.transaction(systemActor, async (work) => void (await refuseClub(work, refused.id, 'why')));
    await house.core.db.clubSettings.update({ where: { id: 'settings' }, data: { evidenceDays: 10 } });
    const at = (days: number) => deleteOldEvidence(house.core, new Date(Date.now() + days * day));
    const row = (id: string) => house.core.db.club.findUniqueOrThrow({ where: { id } });
    await at(9);
    expect((await row(refused.id)).evidenceId).toBe(refused.evidenceId);
    const before = kept();
    expect(await at(11)).toBeGreaterThan(0);
    expect(await row(refused.id)).toMatchObject({ evidence: '', evidenceId: null, logoId: refused.logoId });
    expect((await row(refused.id)).evidenceDeletedAt).not.toBeNull();
    expect(await house.core.db.storedFile.count({ where: { id: refused.evidenceId ?? '' } })).toBe(0);
    await house.core.files.sweep({ now: new Date(Date.now() + 2 * day) });
    expect(kept()).toBeLessThan(before);
    expect((await row(pending.id)).evidenceId).toBe(pending.evidenceId);
    const print = await fingerprint(house.core, ['Club', 'StoredFile']);
    expect(await at(11)).toBe(0);
    expect(await fingerprint(house.core, ['Club', 'StoredFile'])).toBe(print);
  });
});
