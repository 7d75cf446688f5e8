// Sentences that libraries make and that people may come to read: what zod says of a value that does not fit.

/** The English sentences of libraries, with places for their values. */
export const librarySentences: readonly string[] = [
  'Invalid input',
  'Invalid input: expected {expected}, received {received}',
  'Invalid input: expected {expected}',
  'Invalid option: expected one of {values}',
  'Too small: expected {origin} to have >={minimum} characters',
  'Too small: expected {origin} to have >={minimum} items',
  'Too small: expected {origin} to be >={minimum}',
  'Too small: expected {origin} to be >{minimum}',
  'Too big: expected {origin} to have <={maximum} characters',
  'Too big: expected {origin} to have <={maximum} items',
  'Too big: expected {origin} to be <={maximum}',
  'Too big: expected {origin} to be <{maximum}',
  'Unrecognized key: {key}',
  'Unrecognized keys: {keys}',
  'Invalid string: must match pattern {pattern}',
  'Invalid email address',
  'Invalid URL',
  'Invalid ISO date',
  'Invalid ISO datetime',
  'Invalid UUID',
  'Unknown device',
];
