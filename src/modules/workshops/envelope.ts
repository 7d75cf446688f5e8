// The contract's answers: JSON as it is; refusals as `{description}`; only 401 and faults of ours have the original's `{message}`.
import type { Envelope } from '../../core/index.ts';

const notSignedIn =
  "The server could not verify that you are authorized to access the URL requested.  You either supplied the wrong credentials (e.g. a bad password), or your browser doesn't understand how to supply the credentials required.";

/** The envelope of all routes of this module. */
export const workshopsEnvelope: Envelope = {
  success: (value) => ({ status: 200, body: value }),
  failure: ({ status, message, fields }) => {
    if (status === 401) return { status, body: { message: notSignedIn } };
    if (status >= 500) return { status, body: { message } };
    const named = Object.entries(fields).map(([field, reason]) => `${field}: ${reason}`);
    const isNamed = named.length === 0 || Object.keys(fields).every((field) => message.includes(field));
    return { status, body: { description: isNamed ? message : `${message} ${named.join('; ')}` } };
  },
};
