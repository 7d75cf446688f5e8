// What a form of the panel may say: few fields, plain names, declared columns. Read by our own parser, so that AdminJS's never runs.
import type { Actor } from '../access.ts';
import { invalid, StewardError } from '../errors.ts';
import { columnsFor } from '../records/columns.ts';
import type { AnyResource } from '../resource.ts';
import type { Request } from '../web/express.ts';
import { readJson } from '../web/json-body.ts';
import { mediaType, readMultipart, readUrlencoded } from '../web/upload.ts';

/** The name under which a record's version travels through AdminJS's forms. */
export const versionField = 'version';

const maxBytes = 64 * 1024;
const maxFields = 200;
const wordShape = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const partShape = /^(?:[A-Za-z][A-Za-z0-9]{0,63}|\d{1,4})$/;

/** Tells whether a field's name is one that forms use: an identifier, then at most three more parts, indexes of four digits at most. */
function isFieldName(name: string): boolean {
  if (name.length > 260) return false;
  const [first = '', ...rest] = name.split('.');
  return wordShape.test(first) && rest.length <= 3 && rest.every((part) => partShape.test(part));
}

/** Reads the body of a changing request to AdminJS as flat fields. Throws 415 for other media types, 413 and 400 as the readers do. */
export async function readPayload(request: Request): Promise<Record<string, unknown>> {
  const fields = await readFields(request);
  const names = Object.keys(fields);
  if (names.length > maxFields) throw invalid('The form has too many fields.');
  const strange = names.find((name) => !isFieldName(name));
  if (strange !== undefined)
    throw invalid('The form has a field whose name cannot be used.', { [strange.slice(0, 80)]: 'cannot be used' });
  return fields;
}

async function readFields(request: Request): Promise<Record<string, unknown>> {
  switch (mediaType(request)) {
    case 'application/json': {
      const value = await readJson(request, { maxBytes });
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw invalid('The body must be a JSON object.');
      return value as Record<string, unknown>;
    }
    case 'application/x-www-form-urlencoded':
      return readUrlencoded(request, { maxBytes, maxFields });
    case 'multipart/form-data': {
      const limits = { maxBytes, maxFiles: 0, maxFields, maxFieldBytes: maxBytes, fileFields: [] };
      return (await readMultipart(request, limits)).fields;
    }
    default:
      if (request.headers['content-length'] === '0') return {};
      throw new StewardError('media-type', 415, 'Send a form or JSON.');
  }
}

/**
 * Returns the values that the actor may write. What the form merely repeats of the record is dropped, anything else is refused by name:
 * another record's id, a column that is not in the form, a path into a column (`status.set`), a value that is no plain value.
 */
export function writableFields(
  resource: AnyResource,
  actor: Actor,
  use: 'create' | 'update',
  fields: Record<string, unknown>,
  recordId: string | undefined,
): Record<string, unknown> {
  const writable = new Map(columnsFor(resource, actor, use).map((column) => [column.name, column.model.type]));
  const shown = new Set(columnsFor(resource, actor, 'show').map(({ name }) => name));
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const [base = '', ...inner] = name.split('.');
    const type = writable.get(base);
    if (name === 'id') mustBeSameRecord(value, recordId);
    else if (name === versionField && use === 'update') kept[name] = String(value);
    else if (type === undefined && shown.has(base) && inner.length === 0) continue;
    else if (type === undefined)
      throw invalid('The form has a field that cannot be written.', { [name]: 'cannot be written' });
    else if (inner.length > 0 && type !== 'json' && type !== 'list')
      throw invalid('The form has a field that cannot be written.', { [name]: 'cannot be written' });
    else if (typeof value === 'object' && value !== null && type !== 'json' && type !== 'list')
      throw invalid('The form has a value that does not fit.', { [name]: 'must be a plain value' });
    else kept[name] = value;
  }
  return kept;
}

function mustBeSameRecord(value: unknown, recordId: string | undefined): void {
  if (recordId === undefined || value !== recordId)
    throw invalid('The form is about another record than its address.', { id: 'does not fit the address' });
}
