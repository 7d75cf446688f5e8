// Lists of people: the seed's CSV byte for byte, rehearsals that change nothing, hostile files; the workbook and the printed sheets read back.
import { buffer } from 'node:stream/consumers';
import { PDFDocument } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSheetRows, systemActor, xlsxStream } from '../../../src/core/index.ts';
import { runAction } from '../../../src/core/runs/run.ts';
import { readList, rehearseList, writeList } from '../../../src/modules/workshops/attendee-list.ts';
import { replaceAttendees } from '../../../src/modules/workshops/attendees.ts';
import { readSchedule, writeCalendar } from '../../../src/modules/workshops/calendar.ts';
import { setRegistrations } from '../../../src/modules/workshops/registering.ts';
import { registrationsBook } from '../../../src/modules/workshops/registrations-file.ts';
import { fingerprint } from '../../kit/http.ts';
import { operatorsOf, rasterise, readAt } from '../../kit/printed-codes.ts';
import { openWorkbook, unzipped } from './workbook.ts';
import { type House, keyOf, makeEvent, openHouse } from './workshops-house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house?.close());

const seedFile = [
  'Naam;Klas;Doelgroep;Identificatie',
  'Voorbeeld naam;1A;intern;SLEUTEL1',
  'Zoë "Zus" d\'Hondt;1A;intern;SLEUTEL2',
  "'t Hart, Jan;1B;;SLEUTEL3",
  "'=HYPERLINK(x);1B;extern;SLEUTEL4",
  '王小明;2C;intern;SLEUTEL5',
  '',
].join('\r\n');

const emptyEvent = async () => (await makeEvent(house, { workshops: [], people: [] })).event;
const rehearse = (eventId: string, text: string | Buffer, removeMissing = false) =>
  readList(Buffer.from(text)).then((list) => rehearseList(house.core, house.core.db, eventId, list, { removeMissing }));
const apply = async (eventId: string, text: string | Buffer, removeMissing = false) => {
  const { wanted } = await rehearse(eventId, text, removeMissing);
  return house.core.transaction(systemActor, (work) => replaceAttendees(work, eventId, wanted));
};
const people = (eventId: string) => house.core.db.attendee.findMany({ where: { eventId }, orderBy: { number: 'asc' } });

describe('the seed’s list', () => {
  it('comes back byte for byte, and coming in again changes nobody', async () => {
    const event = await emptyEvent();
    expect(await apply(event.id, seedFile)).toMatchObject({ made: 5 });
    expect(writeList(house.core, await people(event.id))).toBe(seedFile);
    expect((await people(event.id)).map(({ fullName }) => fullName)).toContain('=HYPERLINK(x)');
    const before = await fingerprint(house.core, ['Attendee']);
    expect((await rehearse(event.id, seedFile, true)).counts).toEqual({
      kept: 5,
      changed: 0,
      fresh: 0,
      removed: 0,
      duplicates: 0,
    });
    expect(await apply(event.id, seedFile, true)).toMatchObject({ kept: 5, changed: 0, made: 0, removed: 0 });
    expect(await fingerprint(house.core, ['Attendee'])).toBe(before);
    await house.core.db.attendee.deleteMany({ where: { eventId: event.id } });
  });

  it('is told before it is done: kept, changed, new, removed; passes over lines without a name; keys are made where the cell is empty', async () => {
    const event = await emptyEvent();
    await apply(
      event.id,
      'Naam;Klas;Doelgroep;Identificatie (laat leeg)\nAda;1A;intern;KEYADA1\nBob;1A;intern;KEYBOB1\nCid;1A;intern;\n',
    );
    const before = await fingerprint(house.core, ['Attendee', 'AuditEntry']);
    const next =
      'Naam;Klas;Doelgroep;Identificatie\r\nAda;2A;intern;KEYADA1\r\n;;;\r\nCid;1A;intern;\r\nDee;1B;extern\r\nEve;1B;extern;';
    const { counts, lines } = await rehearse(event.id, next, true);
    expect(counts).toEqual({ kept: 1, changed: 1, fresh: 2, removed: 1, duplicates: 0 });
    expect(lines.map(({ what, name }) => `${what} ${name}`)).toEqual([
      'changed Ada',
      'fresh Dee',
      'fresh Eve',
      'removed Bob',
    ]);
    expect(await fingerprint(house.core, ['Attendee', 'AuditEntry'])).toBe(before);
    await apply(event.id, next, false);
    const now = new Map((await people(event.id)).map((one) => [one.fullName, one]));
    expect([...now.keys()]).toEqual(['Ada', 'Bob', 'Cid', 'Dee', 'Eve']);
    expect(now.get('Ada')).toMatchObject({ userClass: '2A' });
    expect(now.get('Dee')?.identityHash).toBeNull();
    expect(now.get('Eve')?.identityHash).not.toBeNull();
  });

  it('says which keys come twice, here and in another event', async () => {
    const [one, other] = [await emptyEvent(), await emptyEvent()];
    await apply(one.id, 'Naam;Klas;Doelgroep;Identificatie\nAda;1A;intern;SAMEKEY\n');
    const list = 'Naam;Klas;Doelgroep;Identificatie\nX;;;samekey\nY;;;TWICE22\nZ;;;twice22\n';
    expect((await rehearse(other.id, list)).lines.filter(({ what }) => what === 'duplicate')).toHaveLength(2);
    await expect(apply(other.id, list)).rejects.toThrow('Duplicate user identity key');
    expect(await people(other.id)).toEqual([]);
  });

  it.each([
    ['a NUL', 'Naam;Klas;Doelgroep;Identificatie\na\0;;;'],
    ['a long name', `Naam;Klas;Doelgroep;Identificatie\n${'x'.repeat(81)};;;`],
    ['a short key', 'Naam;Klas;Doelgroep;Identificatie\nAda;;;abc'],
    ['no heading for names', 'a;b;c\n1;2;3'],
    ['nothing', ''],
    ['a picture', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    ['a broken workbook', Buffer.from('PK\x03\x04 no zip at all')],
  ])('is refused with %s', async (_what, bytes) => {
    await expect(readList(Buffer.from(bytes))).rejects.toMatchObject({ status: 400 });
  });

  it('leaves as a workbook that comes in again without a change, guarded cells too', async () => {
    const event = await emptyEvent();
    await apply(event.id, seedFile);
    await house.core.db.attendee.updateMany({
      where: { eventId: event.id, userClass: '2C' },
      data: { email: 'wang@example.org' },
    });
    const { runId } = await runAction(house.core, systemActor, 'workshops.export-list', {
      selection: { all: true, filters: { 'eventId.is': event.id } },
      form: { format: 'xlsx' },
      idempotencyKey: crypto.randomUUID(),
    });
    const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
    const book = await house.core.files.bytes(fileId!);
    expect((await openWorkbook(book))[0]?.rows[0]).toEqual(['Naam', 'Klas', 'Doelgroep', 'Identificatie', 'E-mail']);
    const { counts } = await rehearseList(house.core, house.core.db, event.id, await readList(book), {
      removeMissing: true,
    });
    expect(counts).toEqual({ kept: 5, changed: 0, fresh: 0, removed: 0, duplicates: 0 });
    await house.core.db.attendee.deleteMany({ where: { eventId: event.id } });
  });

  it('brings every name back in all its formats as it left, however it begins', async () => {
    const { event } = await makeEvent(house, { workshops: [], people: [] });
    const names = ['=1+1', "'=1+1", "''=1+1", '+31 6 1234', '-', '@sum', "'t Hart", "'", 'Ada, =B', "Ada, '=B"];
    await house.core.db.attendee.createMany({
      data: names.map((fullName, at) => ({ fullName, userClass: `${at}`, eventId: event.id })),
    });
    const file = async (action: string, form: Record<string, unknown>) => {
      const { runId } = await runAction(house.core, systemActor, action, {
        selection: { all: true, filters: { 'eventId.is': event.id } },
        form,
        idempotencyKey: crypto.randomUUID(),
      });
      const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
      return house.core.files.bytes(fileId!);
    };
    const chosen = { columns: ['fullName', 'userClass', 'targetGroup'], sort: 'createdAt', direction: 'asc' };
    const files = [
      await file('workshops.export-list', { format: 'csv' }),
      await file('workshops.export-list', { format: 'xlsx' }),
      await file('workshops.export-attendee', { ...chosen, format: 'csv', separator: ';' }),
      await file('workshops.export-attendee', { ...chosen, format: 'csv', separator: ',' }),
      await file('workshops.export-attendee', { ...chosen, format: 'xlsx' }),
    ];
    for (const bytes of files)
      expect((await readList(bytes)).map(({ fullName }) => fullName).sort()).toEqual([...names].sort());
    await house.core.db.attendee.deleteMany({ where: { eventId: event.id } });
  });

  it('comes as a workbook too', async () => {
    const book = await buffer(
      xlsxStream([
        {
          name: 'x',
          header: ['Naam', 'Klas', 'Doelgroep', 'Identificatie', 'E-mail'],
          rows: [['Ada', '1A', 'intern', '', 'ada@example.org']],
        },
      ]),
    );
    expect(await readList(book)).toEqual([
      { line: 2, fullName: 'Ada', userClass: '1A', targetGroup: 'intern', identity: '', email: 'ada@example.org' },
    ]);
  });
});

describe('files of an event', () => {
  let made: Awaited<ReturnType<typeof makeEvent>>;
  beforeAll(async () => {
    made = await makeEvent(house, {
      name: 'files',
      workshops: [
        { title: 'Mix: a/b [c]? *\\', moment: 'a', limit: 90 },
        { title: 'Same', moment: 'b' },
        { title: 'same', moment: 'c' },
        { title: '=1+1 of a title that is much longer than a sheet may be called', moment: 'd' },
      ],
      people: [
        { fullName: '=cmd|calc', userClass: '@sum' },
        ...Array.from({ length: 40 }, (_, n) => ({
          fullName: `Pupil ${n}`,
          userClass: n % 2 ? '1A' : '1B',
          email: `p${n}@example.org`,
        })),
      ],
    });
    const [first, second] = made.workshops.map(({ id }) => id) as [string, string];
    for (const { id } of made.people)
      await house.core.transaction(systemActor, (work) =>
        setRegistrations(work, id, [first, second], { by: { staff: false } }),
      );
    const day = Date.UTC(2027, 2, 8, 9);
    await house.core.db.workshopMoment.create({
      data: { eventId: made.event.id, name: 'a', startsAt: new Date(day), endsAt: new Date(day + 3_600_000) },
    });
  });

  it('the workbook has a valid sheet for each workshop and nothing that counts as a formula', async () => {
    const bytes = await buffer(
      registrationsBook(house.core.db, [made.event], { hasOverview: true, hasAttendance: true }),
    );
    const rows = await readSheetRows(bytes, 100);
    expect(rows[0]?.cells).toEqual(['Workshop', 'Moment', 'Doelgroep', 'Ingeschreven', 'Limiet']);
    const sheets = await openWorkbook(bytes);
    const names = sheets.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual(['Overzicht', 'Mix- a-b -c- -', 'Same', 'same (2)']);
    expect(names[4]).toMatch(/^=1\+1 of a title/);
    expect(names.every((name) => (name?.length ?? 99) <= 31)).toBe(true);
    expect([...(await unzipped(bytes)).values()].join('')).not.toContain('<f>');
    expect(sheets[1]?.rows.slice(0, 4)).toEqual([
      ['Mix: a/b [c]? *\\'],
      [],
      ['Naam', 'Klas', 'Aanwezig'],
      ["'=cmd|calc", "'@sum"],
    ]);
    expect(sheets[4]?.rows[0]?.[0]).toMatch(/^'=1\+1/);
  });

  it('each page of key sheets is of one class, each code opens the page with the key; the audit keeps who printed', async () => {
    const run = async (action: string, where: { selection: object }) => {
      const { runId } = await runAction(house.core, systemActor, `workshops.${action}`, {
        ...where,
        form: {},
        idempotencyKey: crypto.randomUUID(),
      });
      const { fileId } = await house.core.db.run.findUniqueOrThrow({ where: { id: runId } });
      return house.core.files.bytes(fileId!);
    };
    const all = { selection: { all: true, filters: { 'eventId.is': made.event.id } } };
    const keys = await PDFDocument.load(await run('print-keys', all));
    // 20 of 1A, 20 of 1B and one of "@sum", 12 on a page.
    expect(keys.getPageCount()).toBe(5);
    const classes: Set<string>[] = [];
    const read: string[] = [];
    for (let page = 0; page < 5; page += 1) {
      const sheet = rasterise(operatorsOf(keys, page), 8);
      const codes = Array.from({ length: 12 }, (_, at) =>
        readAt(sheet, 8, { x: 12 + (at % 2) * 93, y: 20 + Math.floor(at / 2) * 43, size: 42 }),
      );
      const found = codes.filter((code) => code !== undefined);
      read.push(...found);
      const names = found.map((code) => decodeURIComponent(code.replace(/^.*#key=KEY-\d+-/, '')));
      classes.push(
        new Set(names.map((name) => made.people.find(({ fullName }) => fullName === name)?.userClass ?? '?')),
      );
    }
    expect(classes.map((one) => [...one])).toEqual([['@sum'], ['1A'], ['1A'], ['1B'], ['1B']]);
    const page = 'https://steward.example.org/workshops/#key=';
    expect(read.sort()).toEqual(
      made.people.map(({ fullName }) => page + encodeURIComponent(keyOf(made.event.number, fullName))).sort(),
    );
    expect(
      await house.core.db.auditEntry.count({ where: { kind: 'export', summary: { contains: 'login-keys.pdf' } } }),
    ).toBe(1);
    const lists = await PDFDocument.load(await run('print-attendance', all));
    expect(lists.getPageCount()).toBe(2 + 2 + 1 + 1);
    const slips = await PDFDocument.load(await run('print-schedules', all));
    expect(slips.getPageCount()).toBe(14);
    expect((await run('export-list', all)).toString().split('\r\n')[1]).toMatch(/^'=cmd\|calc;'@sum;;KEY-/);
  }, 180_000);

  it('schedules and keys leave by mail, the key sealed until then and not in the log', async () => {
    const ids = [made.people[1]!.id];
    for (const action of ['mail-schedules', 'mail-keys'])
      await runAction(house.core, systemActor, `workshops.${action}`, {
        selection: { ids },
        form: {},
        idempotencyKey: crypto.randomUUID(),
      });
    for (let n = 0; n < 300 && house.sink.accepted.length < 2; n += 1)
      await new Promise((next) => setTimeout(next, 100));
    const mails = house.sink.accepted.map(({ raw }) => raw.replace(/=\r\n/g, ''));
    expect(mails.some((raw) => raw.includes('Mix: a/b'))).toBe(true);
    expect(mails.some((raw) => raw.includes(`KEY-${made.event.number}-Pupil 0`))).toBe(true);
    expect(house.logged.join('')).not.toContain(`KEY-${made.event.number}`);
    const kept = await house.core.db.message.findMany({ where: { resource: 'Attendee' } });
    expect(JSON.stringify(kept)).not.toContain(`KEY-${made.event.number}`);
  });

  it('the calendar keeps to RFC 5545: CRLF, folded lines, escaped text, only what has times', async () => {
    const [{ id }] = made.people as [(typeof made.people)[0]];
    const attendee = await house.core.db.attendee.findUniqueOrThrow({ where: { id } });
    await house.core.db.workshop.update({
      where: { id: made.workshops[0]!.id },
      data: { room: 'B;12, left', description: `first line\nBEGIN:VEVENT ${'长'.repeat(60)}` },
    });
    const text = writeCalendar(house.core, made.event, await readSchedule(house.core.db, attendee));
    expect(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const lines = text.replaceAll('\r\n ', '').split('\r\n');
    expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1);
    expect(lines).toEqual(
      expect.arrayContaining(['DTSTART:20270308T090000Z', 'DTEND:20270308T100000Z', 'LOCATION:B\\;12\\, left']),
    );
  });
});
