// The log for machines and for whoever runs them. Its one rule: no personal data, no tokens, whatever a caller passes.
import { AsyncLocalStorage } from 'node:async_hooks';
import pino from 'pino';

export type LogFields = Record<string, unknown>;
type Write = (fieldsOrMessage: LogFields | string, message?: string) => void;

/** What the rest of the program writes to: fields first, then one plain sentence. */
export interface Log {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  fatal: Write;
  /** A log whose lines all carry these fields too. */
  child(fields: LogFields): Log;
}

/** Ids that every line inside carries, so that one request or run can be followed. */
export interface LogContext {
  requestId?: string;
  runId?: string;
}

const context = new AsyncLocalStorage<LogContext>();
const removed = '[removed]';
const secretKey =
  /pass(word|wd)?|secret|token|cookie|authori[sz]ation|api-?key|app-?key|credential|session(id)?$|^sid$|^sess$|e-?mail|phone|address$|^(to|from|cc|bcc|ip|recipients?|body|html|text|subject|detail|parameters|params|query)$/i;
const innocentKey = /^(messageId|apiKeyId|tokenCount)$/;
const patterns: [RegExp, string][] = [
  [/[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*/gu, '[e-mail]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${removed}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, removed],
  [/:\/\/[^\s/@:]*:[^\s@]*@/g, '://[removed]@'],
  [
    /\b(password|passwd|secret|token|cookie|authorization|api[-_]?key|key)\b(["']?\s*[=:]\s*["']?)[^\s"',;&)]+/gi,
    `$1$2${removed}`,
  ],
  // Long unbroken runs with digits and letters are links' tokens, keys and session ids; UUIDs stay, they name records.
  [
    /(?<![\w-])(?![\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![\w-]))(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}(?![\w-])/g,
    removed,
  ],
  [/(?<![\w:.-])\+\d[\d ()-]{7,}\d/g, '[phone]'],
];

let root = build({ level: 'info', readable: true });

/** Sets the level and the manner: one JSON object a line for production, or a line that people read. */
export function configureLog(options: { level: string; readable: boolean; write?: (line: string) => void }): void {
  root = build(options);
}

/** Returns a log whose lines carry these fields. */
export function childLog(fields: LogFields): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal'): Write =>
    (first, message) => {
      if (!root.isLevelEnabled(level)) return;
      const own = typeof first === 'string' ? {} : first;
      root[level](
        scrub({ ...fields, ...context.getStore(), ...own }) as LogFields,
        scrubText(typeof first === 'string' ? first : (message ?? '')),
      );
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    child: (more) => childLog({ ...fields, ...more }),
  };
}

/** The log of the whole program. */
export const log: Log = childLog({});

/** Runs `inside` so that each line written by it, now or later, carries these ids as well as those already set. */
export function withLogContext<T>(fields: LogContext, inside: () => T): T {
  return context.run({ ...context.getStore(), ...fields }, inside);
}

/** Returns the text without e-mail addresses, phone numbers, credentials and tokens. */
function scrubText(text: string): string {
  return patterns.reduce((kept, [pattern, instead]) => kept.replace(pattern, instead), text.slice(0, 10_000));
}

function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (value instanceof Date) return value;
  if (value instanceof Error) return scrubError(value, depth);
  if (depth > 4) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, 50).map((one) => scrub(one, depth + 1));
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      secretKey.test(key) && !innocentKey.test(key) && one !== undefined ? removed : scrub(one, depth + 1),
    ]),
  );
}

// Only these parts of an error: drivers hang whole rows, statements and requests on theirs.
function scrubError(error: Error, depth: number): LogFields {
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: scrubText(error.message),
    ...(code === undefined ? {} : { code: scrub(code, depth + 1) }),
    stack: error.stack ? scrubText(error.stack) : undefined,
    ...(error.cause instanceof Error && depth < 4 ? { cause: scrubError(error.cause, depth + 1) } : {}),
  };
}

function build(options: { level: string; readable: boolean; write?: (line: string) => void }): pino.Logger {
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  return pino(
    {
      level: options.level,
      base: { pid: process.pid },
      // Ours, made by scrubError, is already what may be shown.
      serializers: { err: (made: unknown) => made },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: options.readable ? (line: string) => write(readableLine(line)) : write },
  );
}

function readableLine(line: string): string {
  const { time, level, msg, pid: _pid, err, ...rest } = JSON.parse(line) as LogFields & { err?: { stack?: string } };
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = err?.stack ? `\n${err.stack}` : err ? ` ${JSON.stringify(err)}` : '';
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${[msg, ...fields].join('  ')}${stack}\n`;
}
