// What the database says, told in our own family of errors. The rule: the private text of a driver never gets into a public sentence.
import { conflict, invalid, StewardError, unavailable } from '../errors.ts';

/** What we read of an error, whichever of Prisma, its adapter or pg threw it. */
interface Complaint {
  /** Prisma's code such as P2002. */
  prisma: string | undefined;
  /** PostgreSQL's SQLSTATE such as 23505. */
  state: string | undefined;
  message: string;
  /** Columns at fault, as far as the error tells. */
  columns: string[];
}

const tryAgain = 'The database is out of reach at the moment. Please try again shortly.';
const busy = 'Too much is going on at the moment. Please try again shortly.';

/** Returns the error of our family that this database error means, or undefined when it is not one that a caller can understand. */
export function mapDatabaseError(error: unknown): StewardError | undefined {
  if (error instanceof StewardError) return error;
  if (!(error instanceof Error)) return undefined;
  if (isConnectionLoss(error)) return unavailable(tryAgain, error);
  if (error.name === 'PrismaClientValidationError') return invalid('This input does not fit.', {}, error);
  const complaint = readComplaint(error);
  return complaint && (fromState(complaint, error) ?? fromPrisma(complaint, error));
}

function fromState({ state, message, columns }: Complaint, cause: Error): StewardError | undefined {
  const named = (sentence: string) => Object.fromEntries(columns.map((column) => [column, sentence]));
  switch (state) {
    case undefined:
      return undefined;
    case '23505':
      return conflict('This already exists.', named('is already taken'), cause);
    case '23001':
      return conflict('Other records still depend on this one.', {}, cause);
    case '23503':
      return /^(update or )?delete\b/.test(message)
        ? conflict('Other records still depend on this one.', {}, cause)
        : invalid('It refers to something that does not exist.', named('does not exist'), cause);
    case '23502':
      return invalid('Something is missing.', named('is missing'), cause);
    case '23514':
      return invalid('A value is outside what is allowed.', named('is outside what is allowed'), cause);
    case '22001':
      return invalid('A text is too long.', named('is too long'), cause);
    case '22003':
      return invalid('A number is too large or too small.', named('is too large or too small'), cause);
    case '22021':
    case '22P05':
      return invalid('A text holds a character that cannot be stored.', {}, cause);
    case '40001':
    case '40P01':
      return conflict('Somebody else changed this at the same moment. Please try again.', {}, cause);
    case '55P03':
    case '57014':
    case '25P03':
    case '25P04':
      return unavailable(busy, cause);
  }
  if (/^(22)/.test(state)) return invalid('A value does not fit.', named('does not fit'), cause);
  if (/^(08|53|57P|58)/.test(state)) return unavailable(tryAgain, cause);
  return undefined;
}

function fromPrisma({ prisma, columns }: Complaint, cause: Error): StewardError | undefined {
  const named = (sentence: string) => Object.fromEntries(columns.map((column) => [column, sentence]));
  switch (prisma) {
    case 'P2002':
      return conflict('This already exists.', named('is already taken'), cause);
    case 'P2003':
    case 'P2014':
      return conflict('Other records depend on this one, or it refers to one that does not exist.', {}, cause);
    case 'P2001':
    case 'P2015':
    case 'P2018':
    case 'P2025':
      return new StewardError('not-found', 404, 'This does not exist.', { cause });
    case 'P2000':
      return invalid('A text is too long.', named('is too long'), cause);
    case 'P2011':
    case 'P2012':
    case 'P2013':
      return invalid('Something is missing.', named('is missing'), cause);
    case 'P2004':
      return invalid('A value is outside what is allowed.', {}, cause);
    case 'P2020':
    case 'P2033':
      return invalid('A number is too large or too small.', named('is too large or too small'), cause);
    case 'P2005':
    case 'P2006':
    case 'P2007':
    case 'P2009':
    case 'P2019':
    case 'P2023':
    case 'P2039':
      return invalid('A value does not fit.', named('does not fit'), cause);
    case 'P2029':
    case 'P2035':
      return invalid('Too many values at once.', {}, cause);
    case 'P2034':
      return conflict('Somebody else changed this at the same moment. Please try again.', {}, cause);
    case 'P2024':
    case 'P2028':
    case 'P2037':
      return unavailable(busy, cause);
  }
  return prisma?.startsWith('P1') ? unavailable(tryAgain, cause) : undefined;
}

function readComplaint(error: Error): Complaint | undefined {
  const { code, meta, cause } = error as { code?: unknown; meta?: unknown; cause?: unknown };
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  if (typeof code === 'string' && /^P\d{4}$/.test(code)) {
    const said = record(record(record(meta).driverAdapterError).cause);
    const state = text(said.originalCode) ?? text(record(meta).code);
    const message = text(said.originalMessage) ?? error.message;
    const check = message.match(/violates check constraint "([^"]+)"/)?.[1];
    const constraint = check ? { index: check } : record(said.constraint);
    const table = text(said.table) ?? text(record(meta).modelName);
    return { prisma: code, state, message, columns: columnsOf(constraint, said.column, table, meta) };
  }
  if (error.name === 'DriverAdapterError' && cause) {
    const said = record(cause);
    const columns = columnsOf(record(said.constraint), said.column, text(said.table), {});
    return { prisma: undefined, state: text(said.originalCode), message: text(said.originalMessage) ?? '', columns };
  }
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in error) {
    const said = error as { detail?: unknown; column?: unknown; constraint?: unknown; table?: unknown };
    const detail = text(said.detail)?.match(/^Key \(([^)]+)\)/)?.[1];
    const fields = detail?.split(', ').map((one) => one.replaceAll('"', ''));
    const columns = fields ?? columnsOf({ index: said.constraint }, said.column, text(said.table), {});
    return { prisma: undefined, state: code, message: error.message, columns };
  }
  return undefined;
}

// Constraint names are Prisma's: Table_column_otherColumn_key, _fkey, or ours for checks: Table_column_check.
function columnsOf(
  constraint: Record<string, unknown>,
  column: unknown,
  table: string | undefined,
  meta: unknown,
): string[] {
  if (Array.isArray(constraint.fields)) return constraint.fields.map((one) => String(one).replaceAll('"', ''));
  if (typeof column === 'string') return [column];
  if (typeof constraint.index === 'string') {
    const name = constraint.index.match(/^(.+)_(?:key|fkey|check)$/)?.[1] ?? '';
    const prefix = table && name.startsWith(`${table}_`) ? table : name.split('_')[0];
    return name
      .slice((prefix?.length ?? 0) + 1)
      .split('_')
      .filter(Boolean);
  }
  const target = record(meta).target;
  return Array.isArray(target) ? target.map(String) : [];
}

const lost = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

function isConnectionLoss(error: Error): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error.name === 'PrismaClientInitializationError') return true;
  if (
    code &&
    lost.has(code) &&
    (syscall === 'connect' || syscall === 'read' || syscall === 'write' || syscall === 'getaddrinfo')
  )
    return true;
  // Of a failed connect Prisma keeps the code alone; ENOENT is a socket that is not there.
  if (code && (lost.has(code) || code === 'ENOENT') && error.name === 'PrismaClientKnownRequestError') return true;
  if (code === 'ENOENT' && syscall === 'connect') return true;
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end)/.test(
    error.message,
  );
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
