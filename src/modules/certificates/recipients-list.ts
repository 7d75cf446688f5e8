// Reads lists of people: pasted lines, CSV and the API's entries. Every line ends as a person or as a reason.
import { invalid, readTable, type TableRow } from '../../core/index.ts';
import { cleanName, nameProblem } from './person-name.ts';

/** How many lines one list may have. */
const maxLines = 20_000;

/** A person as a list names them. */
export interface ListedPerson {
  line: number;
  email: string;
  number: string;
  name: string;
}

/** A line that makes nobody, and why. */
export interface SkippedLine {
  line: number;
  text: string;
  reason: string;
  kind: 'blank' | 'malformed' | 'repeated';
}

/** What a list says: people in their order, and the lines that say nothing usable. */
export interface ReadList {
  people: ListedPerson[];
  skipped: SkippedLine[];
}

type Part = 'email' | 'number' | 'name';
// The valid address of the HTML standard's input type=email.
const address =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
/** How a list's first line names its columns, in the languages of the mails. */
export const headings: Record<Part, RegExp> = {
  email: /^(e-?mail(\s*address|adres)?|mail|address|邮箱|电子邮箱|电子邮件|邮件|эл\.?\s*почта|почта|адрес)$/i,
  number: /^(number|no\.?|nr\.?|#|certificate\s*(number|no\.?)|nummer|编号|证书编号|номер)$/i,
  name: /^((full\s*)?name|naam|姓名|名字|称呼|имя|фио)$/i,
};

/** Tells whether this is one address by the rule of HTML's e-mail field, 254 characters at most. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && address.test(text);
}

/** Reads pasted text or a CSV file's text: `address`, `address,number`, `address,number,name`, or columns under headings. */
export function readPeople(text: string): ReadList {
  if (text.includes('\0')) throw invalid('This is not a text file.', { list: 'is not text' });
  const rows = readTable(text, { maxRows: maxLines });
  const heads = headingsOf(rows[0]);
  return sortOut(rows.slice(heads ? 1 : 0), heads ?? ['email', 'number', 'name']);
}

/** Reads the API's entries, one string a person; what is not a string is malformed. */
export function readEntries(entries: readonly unknown[]): ReadList {
  if (entries.length > maxLines) throw invalid(`At most ${maxLines} addresses can be added at once.`);
  const rows = entries.map((entry, index) => ({
    line: index + 1,
    cells: typeof entry === 'string' ? entry.split(',').map((cell) => cell.trim()) : [String(typeof entry)],
  }));
  return sortOut(rows, ['email', 'number', 'name']);
}

function headingsOf(row: TableRow | undefined): (Part | undefined)[] | undefined {
  if (!row || row.cells.some(isAddress)) return undefined;
  const parts = row.cells.map((cell) =>
    (Object.keys(headings) as Part[]).find((part) => headings[part].test(cell.trim())),
  );
  return parts.includes('email') ? parts : undefined;
}

function sortOut(rows: TableRow[], columns: (Part | undefined)[]): ReadList {
  const list: ReadList = { people: [], skipped: [] };
  const seen = new Set<string>();
  for (const row of rows) {
    const cell = (part: Part) => row.cells[columns.indexOf(part)]?.trim() ?? '';
    const person = {
      line: row.line,
      email: cell('email').toLowerCase(),
      number: cell('number').normalize('NFC'),
      name: cleanName(cell('name')),
    };
    const problem = problemOf(person, row, seen);
    if (problem) list.skipped.push({ line: row.line, text: row.cells.join(', ').slice(0, 120), ...problem });
    else list.people.push(person);
    seen.add(person.email);
  }
  return list;
}

function problemOf(
  person: ListedPerson,
  row: TableRow,
  seen: ReadonlySet<string>,
): { kind: SkippedLine['kind']; reason: string } | undefined {
  if (!row.cells.some((cell) => cell.trim())) return { kind: 'blank', reason: 'blank line' };
  if (!person.email) return { kind: 'malformed', reason: 'no e-mail address' };
  if (!isAddress(person.email)) return { kind: 'malformed', reason: 'not a valid e-mail address' };
  if (person.number.length > 60 || /[\p{Cc}\p{Cs}]/u.test(person.number))
    return { kind: 'malformed', reason: 'the number has more than 60 characters or signs that cannot be drawn' };
  const wrongName = person.name ? nameProblem(person.name) : undefined;
  if (wrongName) return { kind: 'malformed', reason: wrongName };
  if (seen.has(person.email)) return { kind: 'repeated', reason: 'repeated in this list' };
  return undefined;
}
