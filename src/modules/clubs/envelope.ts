// The envelope of the clubs' wire contract, said once: HTTP tells what happened, an error is `{message}` with the field at fault.
import { Answer, type Envelope } from '../../core/index.ts';

/** The envelope of all routes of this module. */
export const wireEnvelope: Envelope = {
  success: (value) => ({ status: 200, body: value }),
  failure: ({ status, message, fields }) => {
    const [field] = Object.keys(fields);
    return {
      status,
      body: { message: field ? sentence(field, fields[field]!, message) : message, ...(field && { field }) },
    };
  },
};

function sentence(field: string, fault: string, message: string): string {
  return /^[a-z]/.test(fault) ? `${field} ${fault}` : fault || message;
}

/** Builds the answer that something was done: 200 without a body. */
export function done(): Answer {
  return new Answer(200, null);
}

/** Builds the answer for "nothing there": the end of a list, an absent record. */
export function nothing(): Answer {
  return new Answer(204, null);
}

/** Builds the answer for "it was so already". */
export function unchanged(): Answer {
  return new Answer(304, null);
}

/** Builds the answer of a list: its content, or nothing past its end. */
export function listOf(content: unknown[], beside: object = {}): object | Answer {
  return content.length === 0 ? nothing() : { ...beside, content };
}
