// The only place that speaks to the server. Every answer that is not a success becomes an ApiError with words for a person.
import type { Warning } from './types.ts';
import { say } from './words.ts';

/** What the server refused, in its words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What the change would do, where it must be accepted first. */
  readonly warning: Warning | undefined;

  constructor(status: number, code: string, message: string, fields: Record<string, string> = {}, warning?: Warning) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.warning = warning;
  }
}

/** Fired on the window when the server no longer knows who asks. */
export const signedOutEvent = 'steward:signed-out';

/** Reads JSON from the server. Throws an ApiError. */
export function get<T>(path: string, query?: URLSearchParams, signal?: AbortSignal): Promise<T> {
  const search = query?.toString();
  return send<T>(search ? `${path}?${search}` : path, { signal });
}

/** Sends JSON, or a form with a file, and reads the JSON answer. Throws an ApiError. */
export function post<T>(path: string, body: object = {}, signal?: AbortSignal): Promise<T> {
  if (body instanceof FormData) return send<T>(path, { method: 'POST', body, signal });
  const headers = { 'Content-Type': 'application/json' };
  return send<T>(path, { method: 'POST', headers, body: JSON.stringify(body), signal });
}

/** Sends a file as the bare body and reads the JSON answer. Throws an ApiError. */
export function upload<T>(path: string, name: string, content: Blob): Promise<T> {
  const headers = { 'Content-Type': 'application/octet-stream' };
  return send<T>(`${path}?${new URLSearchParams({ name })}`, { method: 'POST', headers, body: content });
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  const headers = { Accept: 'application/json', ...init.headers };
  const response = await fetch(path, { ...init, headers, credentials: 'same-origin' }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'offline', say('The server does not answer. Please check your connection and try again.'));
  });
  const value: unknown = await response.json().catch(() => undefined);
  if (response.ok && !response.redirected) return value as T;
  if (response.status === 401 || response.redirected) window.dispatchEvent(new Event(signedOutEvent));
  throw errorOf(response.status, value);
}

function errorOf(status: number, value: unknown): ApiError {
  const { code, message, fields, warning } = (value ?? {}) as {
    code?: string;
    message?: string;
    fields?: Record<string, string>;
    warning?: Warning;
  };
  return new ApiError(
    status,
    code ?? 'fault',
    message ?? say('Something went wrong. Please try again.'),
    fields,
    warning,
  );
}

/** Tells whether an error only says that the asker no longer wants the answer. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Returns the sentence that a person may read about any error. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : say('Something went wrong. Please try again.');
}
