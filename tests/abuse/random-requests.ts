// Requests nobody would think of, made from what OpenAPI says of an operation: some fit its schema, some miss it by a little, some by far.
import fc from 'fast-check';

/** The part of a JSON Schema that matters here. */
export interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
}

/** An operation of the OpenAPI document. */
export interface Operation {
  /** What of it is for API keys says so. */
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: 'path' | 'query' | 'header'; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

/** A request as fetch takes it. */
export interface RandomRequest {
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

const deep = (n: number) => `${'['.repeat(n)}${']'.repeat(n)}`;
const hostileTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e',
  '-1',
  '0',
  '1',
  '2',
  '00',
  '1e309',
  '99999999999999999999',
  '9007199254740993',
  '2147483648',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  'toString',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  "' OR '1'='1",
  '{{ 7 | times: 7 }}',
  '<script>alert(1)</script>',
  '=1+1',
  'a@b@c',
  'Zoë <zoe@example.org>, x@example.org',
  '2026-02-30',
  '31.02.2026',
  '0001-01-01T00:00:00Z',
  '+99999-01-01T00:00:00Z',
  '王小明',
  '👩‍👩‍👧‍👦',
  'x'.repeat(300),
  'é'.repeat(70_000),
];
const text = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 40 }));
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom(null, true, false, 0, -1, 1, 2, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, [], {}, [[]], [null], [{}]),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values for a schema: most of them fit it, so that what lies behind the schema is reached too. */
function fitting(schema: Schema | undefined): fc.Arbitrary<unknown> {
  if (!schema) return hostile;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && choices.length > 0) return fc.oneof(...choices.map(nearly));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const [type] = [schema.type].flat();
  if (schema.examples && schema.examples.length > 0 && type !== 'object')
    return fc.oneof(fc.constantFrom(...schema.examples), ofType(type, schema));
  return ofType(type, schema);
}

function ofType(type: string | undefined, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return schema.pattern ? fc.oneof(matching(schema.pattern), text) : text;
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: Math.max(schema.minimum ?? 0, -100), max: Math.min(schema.maximum ?? 20, 20) }),
        fc.constantFrom(schema.minimum ?? 0, schema.maximum ?? 2 ** 31, -1, 0.5),
      );
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(nearly(schema.items), { maxLength: 4 });
    case 'object':
      return objectOf(schema);
    default:
      return hostile;
  }
}

function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, nearly(schema)]));
  const plain = fc.record(model, { requiredKeys: required.filter((name) => name in model) });
  const extra = fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'id', 'role', 'x'.repeat(500), ''), hostile, {
    maxKeys: 2,
  });
  return fc.oneof(
    { weight: 5, arbitrary: plain },
    { weight: 1, arbitrary: fc.tuple(plain, extra).map(([one, more]) => ({ ...(one as object), ...more })) },
    { weight: 1, arbitrary: fc.record(model, { requiredKeys: [] }) },
  );
}

const nearly = (schema: Schema | undefined): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: fitting(schema) }, { weight: 1, arbitrary: hostile });

function matching(pattern: string): fc.Arbitrary<unknown> {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return text;
  }
}

/** Makes the requests of one operation. `token`: what opens it; most requests have it, others nonsense or nothing. */
export function requestsOf(path: string, operation: Operation, token: string): fc.Arbitrary<RandomRequest> {
  const parameters = operation.parameters ?? [];
  const keyed = parameters.filter((one) => one.in === 'header').map(({ name }) => name);
  if (operation.security) keyed.push('Authorization');
  const part = (place: string) =>
    fc.record(
      Object.fromEntries(
        parameters.filter((one) => one.in === place).map((one) => [one.name, fc.oneof(nearly(one.schema), text)]),
      ),
      { requiredKeys: [] },
    );
  const key = fc.oneof({ weight: 8, arbitrary: fc.constant(token) }, { weight: 1, arbitrary: text });
  return fc.tuple(part('path'), part('query'), key, bodyOf(operation)).map(([inPath, query, given, { type, body }]) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encode(asText(inPath[name] ?? '1')) || '1');
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, asText(value)]));
    const headers: Record<string, string> = { ...(type ? { 'content-type': type } : {}) };
    for (const name of keyed) headers[name] = headerOf(given);
    return {
      path: `${filled}${search.size > 0 ? `?${search}` : ''}`,
      headers,
      ...(body === undefined ? {} : { body }),
    };
  });
}

interface Body {
  type?: string;
  body?: string | Buffer;
}

function bodyOf(operation: Operation): fc.Arbitrary<Body> {
  const content = Object.entries(operation.requestBody?.content ?? {});
  if (content.length === 0) return fc.constant({});
  const broken: fc.Arbitrary<Body> = fc.record({
    type: fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'text/plain',
      'nonsense',
    ),
    body: fc.oneof(
      fc.constantFrom(
        '',
        '{',
        '[',
        '"',
        'null',
        '{"a":1,"a":2}',
        '{"__proto__":{"a":1}}',
        deep(5000),
        '--x\r\n\r\n',
        'a=1&a=2',
      ),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    ),
  });
  const whole = content.map(([type, { schema }]) => fitting(schema).map((value) => bodyAs(type, value)));
  return fc.oneof({ weight: 4, arbitrary: fc.oneof(...whole) }, { weight: 1, arbitrary: broken });
}

function bodyAs(type: string, value: unknown): Body {
  if (type === 'application/json') return { type, body: JSON.stringify(value) ?? '' };
  const fields = Object.entries(Object(value) as object).map(([name, one]) => [name, asText(one)] as const);
  if (type === 'application/x-www-form-urlencoded')
    return { type, body: new URLSearchParams(fields.map(([a, b]) => [a, b])).toString() };
  const lines = fields.map(
    ([name, one], n) =>
      `--fuzz\r\nContent-Disposition: form-data; name="${name.replace(/["\r\n]/g, '')}"${n % 2 === 0 ? `; filename="a${n}.png"\r\nContent-Type: image/png` : ''}\r\n\r\n${one}\r\n`,
  );
  return { type: 'multipart/form-data; boundary=fuzz', body: Buffer.from(`${lines.join('')}--fuzz--\r\n`) };
}

const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const encode = (value: string) =>
  encodeURIComponent(value.replace(/[\ud800-\udfff]/g, ''))
    .slice(0, 500)
    .replace(/%.?$/, '');
// What fetch itself would refuse to send cannot be asked this way.
const headerOf = (value: string) =>
  value
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, 4000)
    .trim();
