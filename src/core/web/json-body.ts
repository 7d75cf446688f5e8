// JSON from clients: bounded in size, depth and keys before it is parsed, and free of what only confuses later.
import type { IncomingMessage } from 'node:http';
import { invalid, tooLarge } from '../errors.ts';
import { phrase } from '../words/catalogue.ts';
import { readBody, utf8 } from './body.ts';

/** How much JSON is read. */
export interface JsonLimits {
  maxBytes: number;
  /** Arrays and objects within each other; 32 by default. */
  maxDepth?: number;
  /** Keys and array elements together; 20,000 by default. */
  maxKeys?: number;
}

/** Reads a JSON body. Throws 413 over a limit; 400 for bad JSON, repeated keys, `__proto__`, NUL, half characters, endless numbers. */
export async function readJson(req: IncomingMessage, limits: JsonLimits): Promise<unknown> {
  return parseJson(utf8(await readBody(req, limits.maxBytes)), limits);
}

/** Parses JSON text under the same rules. */
export function parseJson(text: string, limits: Omit<JsonLimits, 'maxBytes'> = {}): unknown {
  const keys = measureJson(text, limits.maxDepth ?? 32, limits.maxKeys ?? 20_000);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(phrase('The body is not valid JSON.'), {}, cause);
  }
  if (inspect(value) !== keys) throw invalid(phrase('The JSON names a key twice.'));
  return value;
}

/** Counts the keys in one pass without building anything. Throws when it is nested too deep or has too much in it. */
function measureJson(text: string, maxDepth: number, maxKeys: number): number {
  let depth = 0;
  let keys = 0;
  let elements = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x22) i = endOfString(text, i);
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (code === 0x3a) keys += 1;
    else if (code === 0x2c) elements += 1;
    if (depth > maxDepth) throw invalid(phrase(`The JSON is nested more than ${maxDepth} deep.`));
    if (keys > maxKeys || elements > maxKeys) throw tooLarge(phrase('The JSON has too many keys.'));
  }
  return keys;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1;
  return i;
}

/** Looks at every key and value; returns the number of keys. Depth is bounded by then, so recursion is safe. */
function inspect(value: unknown, path = ''): number {
  if (typeof value === 'string') mustBeText(value, path);
  else if (typeof value === 'number' && !Number.isFinite(value))
    throw unfit(path, phrase('is a number beyond measure'));
  else if (Array.isArray(value)) return value.reduce<number>((sum, one, i) => sum + inspect(one, `${path}.${i}`), 0);
  else if (typeof value === 'object' && value !== null) {
    let keys = 0;
    for (const [key, one] of Object.entries(value)) {
      if (key === '__proto__') throw unfit(path, phrase('has the key __proto__'));
      mustBeText(key, path);
      keys += 1 + inspect(one, path ? `${path}.${key}` : key);
    }
    return keys;
  }
  return 0;
}

function mustBeText(text: string, path: string): void {
  if (text.includes('\0')) throw unfit(path, phrase('has a NUL character'));
  if (/\p{Surrogate}/u.test(text)) throw unfit(path, phrase('has half a character (a lone surrogate)'));
}

function unfit(path: string, reason: string) {
  const field = path.slice(0, 200) || 'body';
  return invalid(phrase(`The JSON cannot be used: ${field} ${reason}.`), { [field]: reason });
}
