// What somebody sends to register, checked field by field with sentences in their language. The rule: every fault is told at once, and
// what is not listed here is not read.
import { readAddress, readPhone } from '../../core/index.ts';
import type { Contest } from './contests.ts';
import { type Sentence, say } from './words.ts';

/** A person as the database keeps it. */
export interface Person {
  firstName: string;
  secondName: string;
  patronymic: string;
  birthday: Date;
  districtId: number;
  address: string;
  email: string;
  phone: string;
}

/** What was read: the person as far as the fields are right, and a sentence for each that is not. */
export interface ReadPerson {
  person: Partial<Person>;
  faults: Record<string, string>;
}

/** A field's value, or what is wrong with it. */
type Reading<T> = { value: T } | { fault: Sentence; limit?: number };

/** Reads the fields of a body. */
export function readPerson(body: Readonly<Record<string, unknown>>, contest: Contest, language: string): ReadPerson {
  const faults: Record<string, string> = {};
  const take = <T>(name: string, reading: Reading<T>): T | undefined => {
    if ('value' in reading) return reading.value;
    faults[name] = say(language, reading.fault, reading.limit);
    return undefined;
  };
  const field = (name: string) => (Object.hasOwn(body, name) ? body[name] : undefined);
  const person: Partial<Person> = {
    firstName: take('first_name', readText(field('first_name'), 50)),
    secondName: take('second_name', readText(field('second_name'), 50)),
    patronymic: take('patronymic', readText(field('patronymic'), 50, true)),
    birthday: take('birthday', readBirthday(field('birthday'))),
    address: take('address', readText(field('address'), 250)),
    email: take('email', readEmail(field('email'))),
    phone: take('phone', readContestPhone(field('phone'), contest)),
    districtId: take('district_id', readDistrict(field('district_id'), contest.districtId)),
  };
  return { person, faults };
}

/** Reads a text of one line. Some people have no patronymic, so that one may be blank; absent it may not be. */
export function readText(given: unknown, limit: number, mayBeBlank = false): Reading<string> {
  if (given === undefined) return { fault: 'required' };
  if (given === null) return { fault: 'blank' };
  if (typeof given !== 'string') return { fault: 'text' };
  // A line break is no fault of whoever pasted an address.
  const text = given
    .normalize('NFC')
    .replace(/[\t\r\n]+/g, ' ')
    .trim();
  if (text === '') return mayBeBlank ? { value: '' } : { fault: 'blank' };
  if (/[\p{Cc}\p{Surrogate}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text)) return { fault: 'signs' };
  return [...text].length > limit || text.length > limit ? { fault: 'tooLong', limit } : { value: text };
}

function readBirthday(given: unknown): Reading<Date> {
  const text = readText(given, 50);
  if ('fault' in text) return text;
  const match = /^(\d{2})\.(\d{2})\.(\d{4})$/.exec(text.value);
  const iso = match ? `${match[3]}-${match[2]}-${match[1]}` : '';
  const date = new Date(`${iso}T00:00:00Z`);
  const isReal = match && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) && iso >= '1900';
  if (!isReal) return { fault: 'date' };
  return date.getTime() < Date.now() - 86_400_000 ? { value: date } : { fault: 'future' };
}

function readEmail(given: unknown): Reading<string> {
  const text = readText(given, 254);
  if ('fault' in text) return text;
  const address = readAddress(text.value)?.toLowerCase();
  return address?.split('@')[1]?.includes('.') ? { value: address } : { fault: 'email' };
}

/** Reads a phone of one of the contest's countries, as E.164. Old front ends send digits as a number. */
export function readContestPhone(given: unknown, contest: Pick<Contest, 'countries'>): Reading<string> {
  if (given === undefined) return { fault: 'required' };
  if (given === null || given === '') return { fault: 'blank' };
  const typed = typeof given === 'number' ? String(given) : given;
  if (typeof typed !== 'string') return { fault: 'phoneWrong' };
  const countries = contest.countries.split(',').map((one) => one.trim());
  const phone = readPhone(typed, countries[0]);
  if (!phone) return { fault: 'phoneWrong' };
  const isHere = countries.includes('*') || (phone.country !== undefined && countries.includes(phone.country));
  return isHere ? { value: phone.e164 } : { fault: 'phoneAbroad' };
}

function readDistrict(given: unknown, usual: number): Reading<number> {
  if (given === undefined || given === '') return { value: usual };
  const text = typeof given === 'number' ? String(given) : given;
  if (typeof text !== 'string' || !/^\d{1,10}$/.test(text.trim())) return { fault: 'number' };
  const number = Number(text);
  return number <= 2_147_483_647 ? { value: number } : { fault: 'number' };
}

/** Writes a day as people in Russia write it: 20.05.1985. */
export function dayInWords(day: Date): string {
  return day.toISOString().slice(0, 10).split('-').reverse().join('.');
}
