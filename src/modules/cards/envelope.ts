// The envelope of the cards' wire contract, said once: HTTP 200 with `error`, and the time twice, because clients read either.
import type { Envelope } from '../../core/index.ts';

/** The contract's numbers for our words. */
const numbers: Readonly<Record<string, number>> = {
  method: 400,
  'media-type': 400,
  missing: 402,
  unauthenticated: 403,
  forbidden: 403,
  'not-found': 404,
  'account-taken': 405,
  'wrong-sign-in': 406,
  'account-banned': 407,
  'too-large': 401,
  'too-many': 429,
  'picture-size': 422,
  'code-unknown': 423,
  'code-recorded': 424,
  'not-your-card': 425,
  'card-banned': 426,
  'resource-missing': 430,
  'token-exists': 434,
};
const withField = new Set([401, 402, 405]);

function now() {
  const seconds = Math.floor(Date.now() / 1000);
  return { time: seconds, timestamp: seconds };
}

/** The number of an error: its own, 401 where fields are at fault, 400 for what cannot be read, 503 for a fault of ours. */
export function numberOf({ code, status, fields }: Parameters<Envelope['failure']>[0]): number {
  if (status >= 500) return 503;
  return numbers[code] ?? (Object.keys(fields).length > 0 ? 401 : 400);
}

/** The envelope of all routes of this module. */
export const wireEnvelope: Envelope = {
  success: (value) => ({ status: 200, body: { error: 0, ...now(), ...(value as object | undefined) } }),
  failure: (failure) => {
    const error = numberOf(failure);
    // The contract names a field by its last part: `account.email` is `email`.
    const field = Object.keys(failure.fields)[0]?.split('.').at(-1) ?? 'body';
    const { message, retryAfter } = failure;
    return {
      status: 200,
      body: {
        error,
        ...(withField.has(error) && { field }),
        ...now(),
        message,
        ...(retryAfter !== undefined && { retry_after: retryAfter }),
      },
    };
  },
};
