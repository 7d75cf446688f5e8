// The description of the public API in OpenAPI 3.1, made from the declarations: every route of every module, and every action as
// an operation. The rule: nothing is described here that is not declared, and nothing declared is left out.
import { z } from 'zod';
import type { Core } from '../core.ts';
import type { ModuleDeclaration } from '../module.ts';
import { productVersion } from '../project.ts';
import type { AnyRoute, Envelope, RouteVariant } from '../route.ts';
import { actionRoute } from './action-door.ts';
import { actionOperation, actionSchemas } from './openapi-actions.ts';
import { exampleOf, type JsonSchema, jsonSchemaOf, propertiesOf } from './openapi-schema.ts';

/** An operation of the document. */
export type Operation = Record<string, unknown>;

/** The document. */
export interface OpenApiDocument {
  openapi: string;
  info: Record<string, unknown>;
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, unknown>; schemas: Record<string, JsonSchema> };
}

/** Builds the document for what this installation declares. */
export function buildOpenApi(core: Core): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  const add = (address: string, method: string, operation: Operation) => {
    paths[address] = { ...paths[address], [method]: operation };
  };
  for (const module of core.modules)
    for (const route of module.routes?.list ?? [])
      if (route !== actionRoute) add(addressOf(route.path), route.method, operationOf(module, route));
  for (const registered of core.registry.actions.values())
    add(`/api/actions/${registered.id.replace('.', '/')}`, 'post', actionOperation(registered));
  return {
    openapi: '3.1.1',
    info: { title: 'Steward', version: productVersion, summary: 'The public API of this installation.' },
    servers: [{ url: core.config.publicUrl }],
    tags: core.modules.map(({ name, label }) => ({ name, description: label })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'A key made in the panel, on an operator’s page.' },
      },
      schemas: { Error: errorSchema, ...actionSchemas() },
    },
  };
}

/** Returns an Express address as OpenAPI writes it: `/a/:code` is `/a/{code}`. */
export function addressOf(address: string): string {
  return address.replace(/:(\w+)/g, '{$1}');
}

const errorSchema = jsonSchemaOf(
  z.object({
    code: z.string().meta({ description: 'A stable word, for example not-found.' }),
    message: z.string().meta({ description: 'A sentence for people.' }),
    fields: z
      .record(z.string(), z.string())
      .meta({ description: 'Sentences by field, where single fields are at fault.' }),
  }),
);

function operationOf(module: ModuleDeclaration, route: AnyRoute): Operation {
  const needsKey = route.permission !== undefined || route.needsKey;
  const parameters = parametersOf(route);
  return {
    operationId: `${route.method} ${route.path}`.replace(/\W+/g, '_'),
    tags: [module.name],
    summary: route.summary,
    ...(route.docs?.description ? { description: route.docs.description } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: bodyOf(route) } : {}),
    responses: { ...successOf(module.routes!.envelope, route), ...failuresOf(module.routes!.envelope, route) },
    ...(needsKey ? { security: [{ apiKey: route.permission === undefined ? [] : [route.permission] }] } : {}),
  };
}

function parametersOf(route: AnyRoute): object[] {
  const declared = route.params ? propertiesOf(route.params) : [];
  const names = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);
  return [
    ...names.map((name) => {
      const schema = declared.find((one) => one.name === name)?.schema ?? { type: 'string' };
      return { name, in: 'path', required: true, schema };
    }),
    ...(route.query ? propertiesOf(route.query) : []).map(({ name, schema, isRequired }) => ({
      name,
      in: 'query',
      ...(isRequired ? { required: true } : {}),
      schema,
    })),
    ...Object.entries(route.docs?.headers ?? {}).map(([name, description]) => ({
      name,
      in: 'header',
      description,
      schema: { type: 'string' },
    })),
  ];
}

const mediaTypes: Readonly<Record<string, string>> = {
  json: 'application/json',
  'any-json': 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
};

function bodyOf(route: AnyRoute): object {
  const { variants } = route.docs ?? {};
  if (variants) return { required: true, content: { 'application/json': variantBodies(variants) } };
  const schema = jsonSchemaOf(route.body!);
  const files = Object.entries(route.docs?.files ?? {});
  const withFiles = {
    ...schema,
    properties: {
      ...(schema.properties as object),
      ...Object.fromEntries(
        files.map(([name, description]) => [
          name,
          { type: 'string', contentMediaType: 'application/octet-stream', description },
        ]),
      ),
    },
    ...(files.length > 0
      ? { required: [...((schema.required ?? []) as string[]), ...files.map(([name]) => name)] }
      : {}),
  };
  const content = (route.accepts ?? ['json']).map((kind) => [
    mediaTypes[kind],
    kind === 'multipart' ? { schema: withFiles } : { schema, example: exampleOf(schema) },
  ]);
  return { required: true, content: Object.fromEntries(content) };
}

function variantBodies(variants: readonly RouteVariant[]): object {
  const schemas = variants.map(({ name, summary, body }) => ({
    name,
    summary,
    schema: { title: name, ...jsonSchemaOf(body) },
  }));
  return {
    schema: { oneOf: schemas.map(({ schema }) => schema) },
    examples: Object.fromEntries(
      schemas.map(({ name, summary, schema }) => [name, { summary, value: exampleOf(schema) }]),
    ),
  };
}

function successOf(envelope: Envelope, route: AnyRoute): Record<string, object> {
  const { answer, produces, variants } = route.docs ?? {};
  if (produces)
    return {
      '200': {
        description: route.summary,
        content: { [produces]: { schema: { type: 'string', contentMediaType: produces } } },
      },
    };
  if (variants) return variantAnswers(envelope, route.summary, variants);
  const { status, body } = envelope.success(answer ?? {});
  const example = answer === undefined ? {} : { example: body };
  return { [status]: { description: route.summary, content: { 'application/json': { schema: {}, ...example } } } };
}

function variantAnswers(envelope: Envelope, description: string, variants: readonly RouteVariant[]) {
  const given = variants.map((one) => ({ ...one, ...envelope.success(one.answer ?? {}) }));
  const examples = Object.fromEntries(given.map(({ name, summary, body }) => [name, { summary, value: body }]));
  const status = given[0]?.status ?? 200;
  return { [status]: { description, content: { 'application/json': { schema: {}, examples } } } };
}

// The envelope itself says how its refusals look, so they cannot differ from what is sent.
function failuresOf(envelope: Envelope, route: AnyRoute): Record<string, object> {
  const isGuarded = route.permission !== undefined || route.needsKey;
  const possible: Parameters<Envelope['failure']>[0][] = [
    { code: 'invalid', status: 400, message: 'Something does not fit.', fields: { field: 'is missing' } },
    ...(isGuarded ? [{ code: 'unauthenticated', status: 401, message: 'This needs an API key.', fields: {} }] : []),
    ...(route.admits ? [{ code: 'unauthenticated', status: 401, message: 'Please sign in first.', fields: {} }] : []),
    ...(route.needsKey ? [{ code: 'forbidden', status: 403, message: 'You may not do this.', fields: {} }] : []),
    ...(route.path.includes(':')
      ? [{ code: 'not-found', status: 404, message: 'This does not exist.', fields: {} }]
      : []),
    ...(route.body ? [{ code: 'too-large', status: 413, message: 'The body is too large.', fields: {} }] : []),
    ...(route.limits?.length ? [{ code: 'too-many', status: 429, message: 'Too many attempts.', fields: {} }] : []),
  ];
  const found: Record<string, object> = {};
  for (const failure of possible) {
    const { status, body } = envelope.failure(failure);
    if (status >= 400) found[status] ??= refusal(failure.message, body);
  }
  return found;
}

/** Returns how a refusal is described. */
export function refusal(description: string, example?: unknown): object {
  const isPlain = typeof example === 'object' && example !== null && 'fields' in example && 'code' in example;
  const schema = example === undefined || isPlain ? { $ref: '#/components/schemas/Error' } : {};
  return { description, content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } } };
}
