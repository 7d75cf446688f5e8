// Lists of people as files: the seed's own CSV (semicolons, no quotes), which comes back byte for byte, and tables with headings.
// The rule: reading changes nothing; what a list would do is said before it is done.

import type { Readable } from 'node:stream';
import {
  type Core,
  guardCsv,
  invalid,
  phrase,
  type Row,
  readSheetRows,
  readText,
  type Transaction,
  unguardCsv,
  xlsxStream,
} from '../../core/index.ts';
import type { WantedAttendee } from './attendees.ts';
import { loginKeyHash, loginKeyProblem, openedKey } from './login-keys.ts';

/** A line of a list. `identity`: absent where the line has no such column. */
export interface ListedAttendee {
  line: number;
  fullName: string;
  userClass: string;
  targetGroup: string;
  identity?: string;
  email?: string;
}

/** The first line of the seed's file. */
export const listHeader = 'Naam;Klas;Doelgroep;Identificatie';
const end = '\r\n';
const most = 10_000;
const longest = 80;

const headings: Record<keyof Omit<ListedAttendee, 'line'>, RegExp> = {
  fullName: /^(naam|name|full ?name|volledige naam|姓名|имя|фио)$/i,
  userClass: /^(klas|class|user_class|班级|класс)$/i,
  targetGroup: /^(doelgroep|group|target ?group|组别|группа)$/i,
  identity: /^(identificatie.*|login ?key|key|sleutel|登录码|ключ)$/i,
  email: /^(e-?mail.*|邮箱|эл\. ?почта)$/i,
};

/** Writes people as the seed's CSV: no quotes; a cell that a program could take for a formula gets an apostrophe, which goes when it is read. */
export function writeList(core: Pick<Core, 'config'>, people: readonly Row<'Attendee'>[]): string {
  const line = (cells: readonly string[]) => cells.map(plainCell).join(';') + end;
  return (
    listHeader +
    end +
    people
      .map((one) => line([one.fullName, one.userClass, one.targetGroup, openedKey(core, one.identitySealed) ?? '']))
      .join('')
  );
}

/** Writes people as a workbook with the same columns and the e-mail addresses. */
export function listBook(core: Pick<Core, 'config'>, people: readonly Row<'Attendee'>[]): Readable {
  const rows = people.map((one) => [
    one.fullName,
    one.userClass,
    one.targetGroup,
    openedKey(core, one.identitySealed) ?? '',
    one.email ?? '',
  ]);
  return xlsxStream([{ name: 'Studenten', header: [...listHeader.split(';'), 'E-mail'], rows }]);
}

function plainCell(cell: string): string {
  return guardCsv(cell.replace(/[;\r\n]+/g, ','));
}

/** Reads a list: the seed's CSV, another CSV, or a workbook. Throws `invalid` naming the line that does not fit. */
export async function readList(bytes: Buffer): Promise<ListedAttendee[]> {
  const isBook = bytes.subarray(0, 2).toString('latin1') === 'PK';
  const text = isBook ? '' : readText(bytes).replace(/^\uFEFF/, '');
  const rows = text.startsWith('Naam;Klas;Doelgroep') ? seedRows(text) : tableRows(await readSheetRows(bytes, most));
  if (rows.length > most) throw invalid(`At most ${most} people can be read at once.`, { file: 'is too long' });
  for (const row of rows) mustBeSound(row);
  return rows;
}

// As the original reads it: lines at CR?LF, the first one dropped, rows with an empty first column passed over.
function seedRows(text: string): ListedAttendee[] {
  return text.split(/\r?\n/).flatMap((line, at) => {
    const [fullName = '', userClass = '', targetGroup = '', identity, email] = line
      .split(';')
      .map((cell) => unguardCsv(cell.trim()));
    if (at === 0 || fullName === '') return [];
    return [{ line: at + 1, fullName, userClass, targetGroup, identity, ...(email && { email }) }];
  });
}

function tableRows([head, ...rows]: { line: number; cells: string[] }[]): ListedAttendee[] {
  const names = Object.keys(headings) as (keyof typeof headings)[];
  const places = new Map(names.map((name) => [name, head?.cells.findIndex((cell) => headings[name].test(cell)) ?? -1]));
  if ((places.get('fullName') ?? -1) < 0)
    throw invalid('The first row must name the columns: Naam, Klas, Doelgroep, Identificatie.', {
      file: 'has no column Naam',
    });
  return rows.flatMap(({ line, cells }) => {
    const cell = (name: keyof typeof headings) => (cells[places.get(name) ?? -1] ?? '').trim();
    const has = (name: keyof typeof headings) => (places.get(name) ?? -1) >= 0;
    if (cell('fullName') === '') return [];
    return [
      {
        line,
        fullName: cell('fullName'),
        userClass: cell('userClass'),
        targetGroup: cell('targetGroup'),
        ...(has('identity') && { identity: cell('identity') }),
        ...(cell('email') && { email: cell('email') }),
      },
    ];
  });
}

function mustBeSound({ line, identity, ...row }: ListedAttendee): void {
  const say = (reason: string) => invalid(`Line ${line}: ${reason}.`, { file: `line ${line}: ${reason}` });
  for (const text of Object.values(row)) {
    if (text.length > (text === row.email ? 254 : longest))
      throw say(phrase(`a cell has more than ${longest} characters`));
    if (/[\p{Cc}\p{Cs}]/u.test(text)) throw say(phrase('a cell has a sign that cannot be written'));
  }
  if (row.email !== undefined && !/^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@"(),:;<>[\\\]]{1,190}$/.test(row.email))
    throw say(phrase('this is not an e-mail address'));
  const what = identity ? loginKeyProblem(identity) : undefined;
  if (what) throw say(phrase(`the key ${what}`));
}

/** What a list would do. */
export interface ListRehearsal {
  counts: { kept: number; changed: number; fresh: number; removed: number; duplicates: number };
  lines: { line: number; name: string; what: 'changed' | 'fresh' | 'removed' | 'duplicate'; note: string }[];
  wanted: WantedAttendee[];
}

/** Compares a list with the people of an event: by key, by name and class, by a name that only one has. Reads only. */
export async function rehearseList(
  core: Pick<Core, 'config'>,
  tx: Transaction,
  eventId: string,
  list: readonly ListedAttendee[],
  options: { removeMissing: boolean },
): Promise<ListRehearsal> {
  const there = await tx.attendee.findMany({ where: { eventId }, orderBy: { number: 'asc' } });
  const byKey = new Map(there.flatMap((one) => (one.identityHash ? [[one.identityHash, one] as const] : [])));
  const byName = new Map(there.map((one) => [nameOf(one), one]));
  const alone = onlyOnes(there);
  const aloneInList = onlyOnes(list);
  const used = new Set<string>();
  const keys = new Set<string>();
  const result: ListRehearsal = {
    counts: { kept: 0, changed: 0, fresh: 0, removed: 0, duplicates: 0 },
    lines: [],
    wanted: [],
  };
  for (const row of list) {
    const hash = row.identity ? loginKeyHash(core, row.identity) : undefined;
    if (hash !== undefined && keys.has(hash)) {
      result.counts.duplicates += 1;
      result.lines.push({
        line: row.line,
        name: row.fullName,
        what: 'duplicate',
        note: phrase('the key is in the list twice'),
      });
      continue;
    }
    if (hash !== undefined) keys.add(hash);
    const sameName = aloneInList.has(row.fullName) ? alone.get(row.fullName) : undefined;
    const candidates = [hash ? byKey.get(hash) : undefined, byName.get(nameOf(row)), sameName];
    const match = candidates.find((one) => one && !used.has(one.id));
    if (match) used.add(match.id);
    takeLine(result, row, match, hash);
  }
  await foreignKeys(core, tx, eventId, result);
  for (const one of there.filter(({ id }) => !used.has(id))) {
    if (options.removeMissing) {
      result.counts.removed += 1;
      result.lines.push({
        line: 0,
        name: one.fullName,
        what: 'removed',
        note: phrase(`${one.userClass} is not in the list`),
      });
    } else result.wanted.push({ id: one.id, fullName: one.fullName });
  }
  return result;
}

const nameOf = (one: { fullName: string; userClass: string }) => JSON.stringify([one.fullName, one.userClass]);

/** Returns those whose name nobody else has, by name. */
function onlyOnes<T extends { fullName: string }>(people: readonly T[]): Map<string, T> {
  const found = new Map<string, T>();
  const twice = new Set<string>();
  for (const one of people) {
    if (found.has(one.fullName)) twice.add(one.fullName);
    found.set(one.fullName, one);
  }
  for (const name of twice) found.delete(name);
  return found;
}

function takeLine(
  result: ListRehearsal,
  row: ListedAttendee,
  match: Row<'Attendee'> | undefined,
  hash: string | undefined,
): void {
  const { line, identity, ...values } = row;
  if (!match) {
    result.counts.fresh += 1;
    result.lines.push({ line, name: row.fullName, what: 'fresh', note: noteOf(row) });
    result.wanted.push({ ...values, identity: identity ?? null });
    return;
  }
  const labels = { fullName: 'Name', userClass: 'Class', targetGroup: 'Group', email: 'E-mail' } as const;
  const changes = (Object.keys(labels) as (keyof typeof labels)[])
    .filter((name) => values[name] !== undefined && values[name] !== (match[name] ?? ''))
    .map((name) => {
      const [label, before, after] = [labels[name], match[name] || '–', values[name] || '–'];
      return phrase(`${label}: ${before} becomes ${after}`);
    });
  if (hash !== undefined && hash !== match.identityHash) changes.push(phrase('another key'));
  result.counts[changes.length > 0 ? 'changed' : 'kept'] += 1;
  if (changes.length > 0) result.lines.push({ line, name: row.fullName, what: 'changed', note: changes.join('; ') });
  // An empty key cell of somebody who has a key says nothing; of somebody without one it asks for one.
  const key = identity === '' && match.identityHash ? undefined : identity;
  result.wanted.push({ id: match.id, ...values, identity: key });
}

function noteOf({ userClass, targetGroup, identity }: ListedAttendee): string {
  const group = [userClass, targetGroup].filter(Boolean).join(' · ') || '–';
  if (identity === undefined) return phrase(`${group}, no key`);
  return identity === '' ? phrase(`${group}, a key is made`) : phrase(`${group}, with this key`);
}

// Keys are unique over all events: whoever signs in says nothing else.
async function foreignKeys(
  core: Pick<Core, 'config'>,
  tx: Transaction,
  eventId: string,
  result: ListRehearsal,
): Promise<void> {
  const hashes = new Map(
    result.wanted.flatMap((one) => (one.identity ? [[loginKeyHash(core, one.identity), one] as const] : [])),
  );
  const all = [...hashes.keys()];
  for (let at = 0; at < all.length; at += 500) {
    const others = await tx.attendee.findMany({
      where: { identityHash: { in: all.slice(at, at + 500) }, eventId: { not: eventId } },
      select: { identityHash: true },
    });
    for (const { identityHash } of others) {
      const name = hashes.get(identityHash ?? '')?.fullName ?? '';
      result.counts.duplicates += 1;
      result.lines.push({ line: 0, name, what: 'duplicate', note: phrase('somebody of another event has this key') });
    }
  }
}
