// The family of errors: a stable code, a public sentence, a private cause. Services throw them; each door translates.
import { createHash } from 'node:crypto';
import { phrase } from './words/catalogue.ts';

const mostTold = 100;

/** An error whose message may be shown to the person who caused it. */
export class StewardError extends Error {
  /** Stable machine word, for example `not-found`. */
  readonly code: string;
  /** HTTP status a door uses when its envelope has no status of its own. */
  readonly status: number;
  /** Sentences by field name, where single fields are at fault. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(
    code: string,
    status: number,
    message: string,
    options: { cause?: unknown; fields?: Record<string, string> } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'StewardError';
    this.code = code;
    this.status = status;
    this.fields = options.fields ?? {};
  }
}

/** An error of starting that its reader can mend: the message says what, where and what to type; a stack would only be in the way. */
export class StartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}

/** Builds the error for input that does not fit; `fields` names each culprit. */
export function invalid(message: string, fields: Record<string, string> = {}, cause?: unknown): StewardError {
  return new StewardError('invalid', 400, message, { fields, cause });
}

/** Builds the error for somebody who has not signed in. */
export function unauthenticated(message = phrase('Please sign in first.')): StewardError {
  return new StewardError('unauthenticated', 401, message);
}

/** Builds the error for somebody who may not do this. */
export function forbidden(message = phrase('You may not do this.')): StewardError {
  return new StewardError('forbidden', 403, message);
}

/** Builds the error for a record that is absent, or that the asker may not know of: both answers are the same. */
export function notFound(message = phrase('This does not exist.')): StewardError {
  return new StewardError('not-found', 404, message);
}

/** Builds the error for a change that collides with the present state. */
export function conflict(message: string, fields: Record<string, string> = {}, cause?: unknown): StewardError {
  return new StewardError('conflict', 409, message, { fields, cause });
}

/** Builds the error for a body over its limit. */
export function tooLarge(message: string): StewardError {
  return new StewardError('too-large', 413, message);
}

/** The error for a message to an address that gets none any more. In a run it makes the record's outcome "skipped". */
export class SuppressedError extends StewardError {
  constructor(reason: string) {
    super('suppressed', 409, reason);
  }
}

/** What a change would do to other records, worked out before it is saved. */
export interface Warning {
  /** In one sentence: what, and to how many. */
  message: string;
  /** All of them, each with what would become of it. */
  records: { title: string; note: string; resource: string; id: string }[];
}

/** A warning as it is told: the first hundred records, the number of all, and the mark that accepts just these consequences. */
export interface ToldWarning extends Warning {
  count: number;
  mark: string;
}

/** The error for a change whose consequences nobody has accepted yet. */
export class WarningError extends StewardError {
  readonly warning: ToldWarning;

  constructor(warning: ToldWarning) {
    super('warning', 409, warning.message);
    this.warning = warning;
  }
}

/** Throws `WarningError` unless the consequences that there are were seen: `accepted` is the mark that was told with them. */
export function mustAccept(warning: Warning | undefined, accepted: string | undefined): void {
  if (!warning) return;
  const mark = markOf(warning);
  const { message, records } = warning;
  if (mark !== accepted)
    throw new WarningError({ message, count: records.length, records: records.slice(0, mostTold), mark });
}

// Whom it concerns and how: the same number of other people is another warning.
function markOf({ records }: Warning): string {
  const told = records.map(({ resource, id, note }) => [resource, id, note]);
  return createHash('sha256').update(JSON.stringify(told)).digest('base64url');
}

/** The error for somebody who asks too often; `retryAfter` is in whole seconds. */
export class TooManyError extends StewardError {
  readonly retryAfter: number;

  constructor(retryAfter: number, message = phrase('Too many attempts. Please wait a moment.')) {
    super('too-many', 429, message);
    this.retryAfter = Math.max(1, Math.ceil(retryAfter));
  }
}

/** Builds the error for a service that is out of reach for a while. */
export function unavailable(message: string, cause?: unknown): StewardError {
  return new StewardError('unavailable', 503, message, { cause });
}

/** What a door shows of any thrown value: the public face of a StewardError, one constant sentence for the rest. */
export function publicFace(error: unknown): {
  code: string;
  status: number;
  message: string;
  fields: Record<string, string>;
} {
  if (error instanceof StewardError)
    return { code: error.code, status: error.status, message: error.message, fields: { ...error.fields } };
  return { code: 'fault', status: 500, message: phrase('Something went wrong.'), fields: {} };
}

/** Says what a schema found: that something is missing in our words, all else as the schema does. */
export function faultOf({ message }: { message: string }): string {
  return message.endsWith('received undefined') ? 'is missing' : message;
}
