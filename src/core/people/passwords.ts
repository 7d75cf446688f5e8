// Passwords: hashed with argon2id, judged by NIST SP 800-63B. The rule: an unknown account costs as much time as a known one.
import { hash, type Options, verify } from '@node-rs/argon2';

// OWASP's first choice for argon2id. The package's Algorithm is an ambient const enum, so its number (2, its default) is left out.
const cost: Options = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };
const shortest = 12;
const longest = 200;

let dummyHash: Promise<string> | undefined;

/** Returns the same code points for the same password, however the keyboard composed it (NIST SP 800-63B asks for it). */
function normalise(password: string): string {
  return password.normalize('NFKC');
}

/** Hashes a password with argon2id (19 MiB, two passes). */
export async function hashPassword(password: string): Promise<string> {
  return hash(normalise(password), cost);
}

/** Tells whether the password fits the hash; without a hash it works as long and says no. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  dummyHash ??= hash('nobody has this password', cost);
  const candidate = normalise(password.slice(0, 4 * longest));
  const fits = await verify(stored ?? (await dummyHash), candidate).catch(() => false);
  return stored !== null && fits && password.length <= longest;
}

/** Tells whether the hash was made with other costs than ours, so that it should be made anew at the next sign-in. */
export function isOutdated(stored: string): boolean {
  return !stored.startsWith(`$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`);
}

/** Says in a sentence what is wrong with a new password, or nothing. `hints`: e-mail address, name, organisation. */
export function passwordProblem(password: string, hints: readonly string[] = []): string | undefined {
  const length = [...password].length;
  if (length < shortest) return `The password needs ${shortest} characters or more.`;
  if (password.length > longest) return `The password may have ${longest} characters at most.`;
  if (/[\0-\x1f\x7f]/.test(password)) return 'The password has a character that cannot be typed.';
  const plain = normalise(password).toLowerCase();
  if (isMonotonous(plain)) return 'The password repeats itself. Several unrelated words are easy to remember.';
  if (isCommon(plain)) return 'This password is among the first that attackers try. Choose another one.';
  if (leansOn(plain, hints)) return 'The password must not be made of the name or the e-mail address.';
  return undefined;
}

/** A short unit over and over ("abcabcabcabc"), or neighbours on the keyboard or in the alphabet. */
function isMonotonous(plain: string): boolean {
  if (/^(.{1,4}?)\1+.{0,3}$/su.test(plain)) return true;
  const rows = [
    '01234567890123456789',
    'abcdefghijklmnopqrstuvwxyz',
    'qwertyuiopasdfghjklzxcvbnm',
    'йцукенгшщзхъфывапролджэ',
  ];
  return rows.some((row) => row.includes(plain) || [...row].reverse().join('').includes(plain));
}

// Words of the most common passwords; one of them with digits and signs around it is still common.
const commonWords = [
  'password passw0rd p@ssword p@ssw0rd pass word letmein welcome administrator admin qwerty qwertyuiop qwerty123 asdfghjkl',
  'iloveyou sunshine princess football baseball superman batman dragon monkey michael jennifer trustno1 starwars master',
  'changeme change secret default login user guest test temp temporary steward volunteer organiser operator manager hello',
  'abc123 1q2w3e4r 1q2w3e4r5t6y 1qaz2wsx zaq12wsx q1w2e3r4 q1w2e3r4t5y6 correcthorsebatterystaple пароль админ йцукен',
]
  .join(' ')
  .split(' ');
const commonSet = new Set(commonWords);

function isCommon(plain: string): boolean {
  const bare = plain.replace(/^[\d\W_]+|[\d\W_]+$/gu, '');
  const letters = plain.replace(/[^\p{L}\d@]+/gu, '');
  if (commonSet.has(plain) || commonSet.has(bare) || commonSet.has(letters)) return true;
  let rest = letters.replace(/\d+/g, '');
  for (const word of commonWords) rest = rest.replaceAll(word, '');
  return rest.length < 3 && letters.length > rest.length && /\p{L}/u.test(letters);
}

function leansOn(plain: string, hints: readonly string[]): boolean {
  const parts = hints
    .flatMap((hint) => [hint, ...hint.split(/[\s@._+-]+/)])
    .map((part) => part.normalize('NFKC').toLowerCase())
    .filter((part) => [...part].length >= 3)
    .sort((a, b) => b.length - a.length);
  let rest = plain;
  for (const part of parts) rest = rest.replaceAll(part, '');
  return rest.length < plain.length && [...rest].length < 8;
}
