// Lists of people, names and places on the picture: what is read, what is refused and why. No database.
import { describe, expect, it } from 'vitest';
import { readTable, readText } from '../../../src/core/spreadsheets/spreadsheet.ts';
import { writeDay } from '../../../src/modules/certificates/dates.ts';
import {
  canvasOf,
  fitInto,
  mustFit,
  plainCanvas,
  readStored,
  resolveLayout,
  roomFor,
} from '../../../src/modules/certificates/layout.ts';
import { cleanName, nameProblem } from '../../../src/modules/certificates/person-name.ts';
import { isAddress, readPeople } from '../../../src/modules/certificates/recipients-list.ts';
import { plainCode } from '../../../src/modules/certificates/verification.ts';

describe('addresses', () => {
  it.each([
    'a@b.c',
    'first.last+tag@mail.example.photography',
    "o'neil@example.org",
    'a@localhost',
    `${'x'.repeat(64)}@a.org`,
  ])('takes %s', (address) => expect(isAddress(address)).toBe(true));
  it.each([
    '',
    'a',
    '@b.c',
    'a@',
    'a@b..c',
    'a@-b.c',
    'a b@c.d',
    'a@b.c\n',
    'a@b,c',
    '<a@b.c>',
    'я@пример.рф',
    `${'x'.repeat(65)}@a.org`,
    `a@${'b'.repeat(260)}.org`,
  ])('refuses %j', (address) => expect(isAddress(address)).toBe(false));
  it('refuses long hostile texts', () => {
    for (const text of [`${'a.'.repeat(50_000)}@`, `a@${'a-'.repeat(50_000)}!`]) expect(isAddress(text)).toBe(false);
  });
});

describe('lists', () => {
  it('reads addresses with number and name, in commas, semicolons or tabs, with a mark at the beginning and quotes', () => {
    for (const sign of [',', ';', '\t']) {
      const text = `\uFEFFa@b.org${sign}7${sign}"Doe, Jane"\r\n\r\n  c@d.org \r\n`;
      expect(readPeople(text).people).toEqual([
        { line: 1, email: 'a@b.org', number: '7', name: sign === ',' ? 'Doe, Jane' : 'Doe, Jane' },
        { line: 3, email: 'c@d.org', number: '', name: '' },
      ]);
    }
  });

  it('follows headings in whatever order and language', () => {
    const { people } = readPeople('姓名;邮箱;编号\n王小明;Wang@Example.org;42');
    expect(people).toEqual([{ line: 2, email: 'wang@example.org', number: '42', name: '王小明' }]);
  });

  it('names each line that makes nobody, with its reason', () => {
    const { people, skipped } = readPeople(
      `a@b.org\nnot an address\nA@B.ORG\nc@d.org,1,${'x'.repeat(101)}\n,7\n"open,quote`,
    );
    expect(people).toHaveLength(1);
    expect(skipped.map(({ line, kind, reason }) => [line, kind, reason])).toEqual([
      [2, 'malformed', 'not a valid e-mail address'],
      [3, 'repeated', 'repeated in this list'],
      [4, 'malformed', 'the name has more than 100 characters'],
      [5, 'malformed', 'no e-mail address'],
      [6, 'malformed', 'not a valid e-mail address'],
    ]);
  });

  it('counts lines rightly below a quoted cell with a break', () => {
    const rows = readTable('a@b.org,1,"two\nlines"\nc@d.org', { maxRows: 10 });
    expect(rows.map(({ line }) => line)).toEqual([1, 3]);
  });

  it('refuses more lines than its limit, binary text, and other encodings than UTF', () => {
    expect(() => readTable('a\nb\nc', { maxRows: 2 })).toThrow('At most 2 lines');
    expect(() => readPeople('a@b.org\0')).toThrow('not a text file');
    expect(() => readText(Buffer.from([0x61, 0xff, 0x40]))).toThrow('UTF-8');
    expect(readText(Buffer.from('\uFEFF王', 'utf16le'))).toBe('王');
  });
});

describe('names', () => {
  it.each([
    ['  王小明 ', '王小明'],
    ['Jose\u0301', 'José'],
    ['a\t b\u3000c', 'a b c'],
    ['\u200bAda\u200b', 'Ada'],
  ])('writes %j as %j', (given, name) => expect(cleanName(given)).toBe(name));

  it.each(['王小明', 'Зоя Космодемьянская', 'O’Neil-Łuk', 'نور', 'क्‍ष देवी', 'X Æ A-12', '👩‍🚀 Ada'])(
    'takes %s',
    (name) => expect(nameProblem(cleanName(name))).toBeUndefined(),
  );

  it.each([
    '',
    '   ',
    '\u200b',
    '---',
    '\u0000',
    'evil\u202Egnp',
    'a\u2066b',
    `${'x'.repeat(101)}`,
    `a${'\u0301'.repeat(5000)}`,
  ])('refuses %j', (name) => expect(nameProblem(cleanName(name))).toBeTypeOf('string'));

  it('counts what people see: a hundred families are a hundred characters', () => {
    expect(nameProblem(`a${'é'.repeat(99)}`)).toBeUndefined();
  });
});

describe('places on the picture', () => {
  it('shows all four on the plain picture and only the name on an uploaded one', () => {
    const plain = resolveLayout({}, false);
    expect([plain.number, plain.date, plain.qr].every(Boolean)).toBe(true);
    expect(resolveLayout({ width: 750, height: 1200 }, true)).toMatchObject({ number: null, date: null, qr: null });
    expect(() => mustFit(plain, plainCanvas)).not.toThrow();
  });

  it('takes a broken column for an empty one', () => {
    for (const broken of [null, 'x', [], { name: 5 }, { width: -1 }, { name: { x: 'a' } }]) {
      expect(readStored(broken)).toEqual({});
      expect(canvasOf(broken)).toEqual(plainCanvas);
    }
  });

  it('names what stands outside', () => {
    const layout = resolveLayout({}, false);
    expect(() => mustFit({ ...layout, qr: { x: 1590, y: 0, size: 100 } }, plainCanvas)).toThrow('qr.x');
    expect(() => mustFit({ ...layout, name: { ...layout.name, y: 1130 } }, plainCanvas)).toThrow('name.y');
  });

  it('moves everything into a smaller picture', () => {
    const layout = resolveLayout({}, false);
    const small = { width: 300, height: 220 };
    const moved = resolveLayout(fitInto({ ...layout }, small), true);
    expect(() => mustFit(moved, small)).not.toThrow();
  });

  it('leaves a text the room up to the nearer edge', () => {
    const spot = { ...resolveLayout({}, false).name, x: 200, maxWidth: 5000 };
    const canvas = { width: 1000, height: 500 };
    expect([
      roomFor({ ...spot, align: 'left' }, canvas),
      roomFor({ ...spot, align: 'right' }, canvas),
      roomFor(spot, canvas),
    ]).toEqual([800, 200, 400]);
  });
});

describe('days and codes', () => {
  it('writes a day by a pattern', () => {
    const day = new Date('2026-03-07T00:00:00Z');
    expect(writeDay('YYYY年MM月DD日', day)).toBe('2026年03月07日');
    expect(writeDay('D.M.YYYY', day)).toBe('7.3.2026');
  });

  it('reads a code as people type it', () => {
    expect(plainCode('7fkm 4tra-H9QD')).toBe('7FKM4TRAH9QD');
    for (const code of ['', 'short', '0000000000000000', "' or 1=1 --", 'x'.repeat(500)])
      expect(plainCode(code)).toBeUndefined();
  });
});
