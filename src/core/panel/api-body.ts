// How the panel's API reads bodies: JSON within limits, checked by zod; every fault names its field.
import { z } from 'zod';
import type { Core } from '../core.ts';
import { faultOf, invalid, notFound, StewardError } from '../errors.ts';
import type { AnyResource } from '../resource.ts';
import type { Request } from '../web/express.ts';
import { readJson } from '../web/json-body.ts';
import { mediaType } from '../web/upload.ts';

const largestJson = 1_000_000;

/** Reads a JSON body and checks it. Throws invalid with a sentence a field, 415 for another media type, 413 over 1 MB. */
export async function readBodyAs<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  if (mediaType(request) !== 'application/json')
    throw new StewardError('media-type', 415, 'The body must be application/json.');
  return checked(schema, await readJson(request, { maxBytes: largestJson }));
}

/** Checks a value. Throws invalid with a sentence a field. */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid('Some fields do not fit.', faultsOf(parsed.error));
}

/** Returns the first fault of each field. */
export function faultsOf(error: z.ZodError): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const issue of error.issues) {
    const field = issue.path.map(String).join('.').slice(0, 100) || 'body';
    faults[field] ??= faultOf(issue);
  }
  return faults;
}

/** Values by column or field name; what they may be is checked by the room that takes them. */
export const valuesSchema = z.record(z.string().max(100), z.unknown());

/** Returns the resource of a model's name from an address. Throws not-found. */
export function resourceNamed(core: Core, model: string): AnyResource {
  const resource = core.registry.resources.get(model);
  if (!resource) throw notFound();
  return resource;
}
