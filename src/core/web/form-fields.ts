// What holds for every field of a form, however it was encoded: a usable name, once, and text without NUL.
import { invalid, type StewardError } from '../errors.ts';
import { phrase } from '../words/catalogue.ts';

const longestName = 200;

/** Throws unless it is a name of 1 to 200 characters that no object has by itself. */
export function mustBeName(name: unknown): asserts name is string {
  if (
    typeof name !== 'string' ||
    name === '' ||
    name.length > longestName ||
    name.includes('\0') ||
    name === '__proto__'
  )
    throw invalid(phrase('The form has a field whose name cannot be used.'));
}

/** Builds the error for a field that came twice; which one counts would be a guess. */
export function repeated(name: string): StewardError {
  return invalid(phrase(`The field "${name}" came more than once.`), { [name]: phrase('came more than once') });
}

/** Returns the value; throws when it has a NUL, which PostgreSQL cannot keep. */
export function plainValue(name: string, value: string): string {
  if (value.includes('\0'))
    throw invalid(phrase('A field has a NUL character.'), { [name]: phrase('has a NUL character') });
  return value;
}
