// A zod schema as OpenAPI 3.1 says it (JSON Schema 2020-12). The rule: what clients read is made from what checks them, never written twice.
import { z } from 'zod';

/** A JSON schema. */
export type JsonSchema = Record<string, unknown>;

// Words of our forms, and what the standard calls them; the rest of our meta means nothing to others.
const renamed: Readonly<Record<string, string>> = { label: 'title', help: 'description' };
const ours = new Set(['$schema', 'widget', 'labels', 'id', 'example']);

/** Returns the schema of what clients send (`input`) or get (`output`). What JSON cannot say is left open. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): JsonSchema {
  const json = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any', reused: 'inline' });
  return tidy(json as JsonSchema) as JsonSchema;
}

/** Returns the properties of an object schema with the names of the required ones; none for any other schema. */
export function propertiesOf(schema: z.ZodType): { name: string; schema: JsonSchema; isRequired: boolean }[] {
  const json = jsonSchemaOf(schema);
  const required = new Set((json.required ?? []) as string[]);
  return Object.entries((json.properties ?? {}) as Record<string, JsonSchema>).map(([name, property]) => ({
    name,
    schema: property,
    isRequired: required.has(name),
  }));
}

/** Returns a value that the schema would take: its example, its default, or the plainest thing of its type. */
export function exampleOf(schema: JsonSchema): unknown {
  const [first] = (schema.examples ?? []) as unknown[];
  if (first !== undefined) return first;
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  const [member] = (schema.enum ?? []) as unknown[];
  if (member !== undefined) return member;
  const [choice] = (schema.anyOf ?? schema.oneOf ?? []) as JsonSchema[];
  if (choice) return exampleOf(choice);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)
          .filter(([name]) => ((schema.required ?? []) as string[]).includes(name))
          .map(([name, property]) => [name, exampleOf(property)]),
      );
    case 'array':
      return schema.items ? [exampleOf(schema.items as JsonSchema)] : [];
    case 'number':
    case 'integer':
      return Math.max(0, Number(schema.minimum ?? 0));
    case 'boolean':
      return false;
    default:
      return formats[String(schema.format)] ?? 'text';
  }
}

const formats: Readonly<Record<string, string>> = {
  email: 'ada@example.org',
  date: '2026-05-03',
  'date-time': '2026-05-03T14:30:00Z',
  uri: 'https://example.org',
  uuid: '0190a000-0000-7000-8000-000000000001',
};

// Names of properties are data and stay as they are; only the words of schemas are renamed.
function tidy(value: unknown, areNames = false): unknown {
  if (Array.isArray(value)) return value.map((one) => tidy(one));
  if (typeof value !== 'object' || value === null) return value;
  const found: JsonSchema = {};
  for (const [key, one] of Object.entries(value)) {
    if (areNames) found[key] = tidy(one);
    else if (ours.has(key)) continue;
    else if (key === 'default' || key === 'examples' || key === 'const' || key === 'enum') found[key] = one;
    else if (renamed[key]) found[renamed[key]] ??= one;
    // zod reports the largest safe integers as bounds, which say nothing to people.
    else if ((key === 'maximum' || key === 'minimum') && Math.abs(Number(one)) >= Number.MAX_SAFE_INTEGER) continue;
    else found[key] = tidy(one, key === 'properties' || key === '$defs' || key === 'patternProperties');
  }
  return found;
}
