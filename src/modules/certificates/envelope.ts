// The envelope of the certificates' wire contract, said once: HTTP 200 with code, data and message, whatever happened.
// Only a body over the limit, a rate limit and a fault of ours have their own status.
import type { Envelope } from '../../core/index.ts';

/** What every answer is made of. Code 0 means that it worked. */
export class WireAnswer {
  readonly code: number;
  readonly data: unknown;
  readonly message: string;

  constructor(code: number, data: unknown, message: string) {
    this.code = code;
    this.data = data;
    this.message = message;
  }
}

/** Builds the answer for something that worked. */
export function ok(data: unknown, message = 'success'): WireAnswer {
  return new WireAnswer(0, data, message);
}

/** Builds the answer for something that did not; the codes are those of the contract. */
export function no(code: 1 | 2 | 3 | 4, message: string): WireAnswer {
  return new WireAnswer(code, code === 1 ? '' : null, message);
}

/** The envelope of all routes of this module. */
export const wireEnvelope: Envelope = {
  success: (value) => ({ status: 200, body: value instanceof WireAnswer ? { ...value } : { ...ok(value) } }),
  failure: ({ status, message, fields }) => {
    const http = status === 413 || status === 429 ? status : status >= 500 ? 500 : 200;
    const code = http === 200 ? 1 : http;
    const data = Object.keys(fields).length > 0 ? { fields } : code === 1 ? '' : null;
    return { status: http, body: { code, data, message } };
  },
};
