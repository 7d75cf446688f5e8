// A form from its zod schema: one declaration gives the fields on the screen, the check on the server and the words of its errors.
import { z } from 'zod';
import { faultOf, invalid } from '../errors.ts';
import { textValue, Unfit } from './column-values.ts';

/** One field as the browser draws it. Meta of the schema: label, help, widget ("longText", "columns"), labels (words for choices), reference (the model whose record is chosen, by its id). */
export interface FormField {
  name: string;
  label: string;
  help?: string;
  kind:
    | 'text'
    | 'longText'
    | 'number'
    | 'boolean'
    | 'choice'
    | 'choices'
    | 'columns'
    | 'date'
    | 'dateTime'
    | 'reference';
  required: boolean;
  /** The resource that a reference leads to. */
  model?: string;
  default?: unknown;
  options?: { value: string; label: string }[];
  min?: number;
  max?: number;
  maxLength?: number;
}

interface JsonSchema {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  label?: unknown;
  title?: unknown;
  help?: unknown;
  description?: unknown;
  widget?: unknown;
  labels?: Record<string, string>;
  reference?: unknown;
}

/** Returns the fields of a form. Throws a plain error naming the field that a form cannot have. */
export function describeForm(schema: z.ZodObject | undefined): FormField[] {
  if (!schema) return [];
  const json = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const required = new Set(json.required ?? []);
  return Object.entries(json.properties ?? {}).map(([name, property]) =>
    describeField(name, property, required.has(name)),
  );
}

/** Checks what a form sent. Unknown fields, half characters and control characters are refused too. Throws invalid with a sentence a field. */
export function parseForm<S extends z.ZodObject>(schema: S, input: unknown): z.output<S> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw invalid('The form does not fit.');
  // Without a prototype, because a field called __proto__ would otherwise vanish from the complaint.
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(input)) {
    if (!Object.hasOwn(schema.shape, name)) fields[name.slice(0, 80)] = 'is unknown';
    else {
      const reason = refusedText(value);
      if (reason) fields[name] = reason;
    }
  }
  const parsed = schema.safeParse(input);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? 'form').slice(0, 80);
    fields[name] ??= faultOf(issue);
  }
  if (!parsed.success || Object.keys(fields).length > 0) throw invalid('Please look at the marked fields.', fields);
  return parsed.data;
}

function describeField(name: string, given: JsonSchema, required: boolean): FormField {
  const property = withoutNull(given);
  const words = { ...property, ...given };
  const help = words.help ?? words.description;
  const model = typeof words.reference === 'string' ? words.reference : undefined;
  const kind = model ? 'reference' : kindOf(name, property, words.widget);
  const choices =
    property.enum ?? property.items?.enum ?? (property.const === undefined ? undefined : [property.const]);
  return {
    name,
    label: String(words.label ?? words.title ?? labelFrom(name)),
    ...(help ? { help: String(help) } : {}),
    kind,
    required: required && property === given,
    ...(model ? { model } : {}),
    ...(words.default === undefined ? {} : { default: words.default }),
    ...(choices && kind !== 'boolean'
      ? {
          options: choices.map((one) => ({
            value: String(one),
            label: words.labels?.[String(one)] ?? labelFrom(String(one)),
          })),
        }
      : {}),
    ...numbers(property),
  };
}

function numbers(property: JsonSchema): Pick<FormField, 'min' | 'max' | 'maxLength'> {
  // zod's int() reports the largest safe integers as bounds, which say nothing to people.
  const real = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return {
    ...(real(property.minimum) ? { min: property.minimum } : {}),
    ...(real(property.maximum) ? { max: property.maximum } : {}),
    ...(property.maxLength === undefined ? {} : { maxLength: property.maxLength }),
  };
}

function kindOf(name: string, property: JsonSchema, widget: unknown): FormField['kind'] {
  if (property.enum || property.const !== undefined) return 'choice';
  switch (property.type) {
    case 'string':
      if (property.format === 'date') return 'date';
      if (property.format === 'date-time') return 'dateTime';
      return widget === 'longText' || (property.maxLength ?? 0) > 300 ? 'longText' : 'text';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      if (property.items?.enum) return widget === 'columns' ? 'columns' : 'choices';
  }
  throw new Error(`The form's field ${name} is of a kind that no form can show.`);
}

// A field that may be null is written as `anyOf` with null, or as a list of types; for the form it is just not required.
function withoutNull(property: JsonSchema): JsonSchema {
  const real = property.anyOf?.filter((one) => one.type !== 'null');
  if (real?.length === 1) return real[0] as JsonSchema;
  if (!Array.isArray(property.type) || !property.type.includes('null')) return property;
  const [type, ...more] = property.type.filter((one) => one !== 'null');
  const members = property.enum?.filter((one) => one !== null);
  return more.length > 0 ? property : { ...property, type, ...(members ? { enum: members } : {}) };
}

function labelFrom(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function refusedText(value: unknown): string | undefined {
  try {
    for (const one of [value].flat()) if (typeof one === 'string') textValue(one, true);
    return undefined;
  } catch (error) {
    if (error instanceof Unfit) return error.message;
    throw error;
  }
}
