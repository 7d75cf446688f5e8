// The envelope of the contests' wire contract: results as they are, refusals as `{detail}` or as lists of sentences by field.
import type { Envelope } from '../../core/index.ts';

/** The envelope of all routes of this module. */
export const wireEnvelope: Envelope = {
  language: 'ru',
  success: (value) => ({ status: 200, body: value }),
  failure: ({ status, message, fields }) => {
    // What is wrong with the body as a whole is no field of it.
    const names = Object.entries(fields).filter(([name]) => name !== 'body');
    if (status !== 400 || names.length === 0) return { status, body: { detail: message } };
    return { status, body: Object.fromEntries(names.map(([name, sentence]) => [name, [sentence]])) };
  },
};
