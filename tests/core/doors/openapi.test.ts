// The API's description: sound by OpenAPI 3.1's own schema, complete by the declarations, with examples that its own schemas take.
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { actionRoute } from '../../../src/core/doors/action-door.ts';
import { addressOf, buildOpenApi, type OpenApiDocument } from '../../../src/core/doors/openapi.ts';
import { exampleOf, type JsonSchema, jsonSchemaOf } from '../../../src/core/doors/openapi-schema.ts';
import { defineModule } from '../../../src/core/module.ts';
import { plainEnvelope, route } from '../../../src/core/route.ts';
import { modules } from '../../../src/modules/index.ts';
import { type TestCore, testCore } from '../../kit/core.ts';
import { openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';

let house: TestCore;
let web: TestWeb;
let document: OpenApiDocument;

beforeAll(async () => {
  house = await testCore(modules);
  web = await openTestWeb(house.core);
  document = buildOpenApi(house.core);
});
afterAll(async () => {
  await web?.close();
  await house?.close();
});

const operations = () =>
  Object.entries(document.paths).flatMap(([address, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ address, method, operation })),
  );

describe('the description of the API', () => {
  it('is a sound OpenAPI 3.1 document', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document) as never);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('is refused by the same check once it is broken', async () => {
    const broken = structuredClone(document) as unknown as { info: Record<string, unknown> };
    delete broken.info.title;
    expect((await new Validator().validate(broken as never)).valid).toBe(false);
  });

  it('has every public route of every module', () => {
    for (const { routes } of house.core.modules)
      for (const route of routes?.list ?? [])
        if (route !== actionRoute)
          expect([route.path, document.paths[addressOf(route.path)]?.[route.method]?.summary]).toEqual([
            route.path,
            route.summary,
          ]);
  });

  it('has every action as an operation of its own, with its permission, and nothing else', () => {
    const described = operations().filter(({ address }) => address.startsWith('/api/actions/'));
    expect(described.map(({ operation }) => operation.operationId).sort()).toEqual(
      [...house.core.registry.actions.keys()].sort(),
    );
    for (const { operation } of described) {
      const { action } = house.core.registry.actions.get(String(operation.operationId))!;
      expect(operation.security).toEqual([{ apiKey: [action.permission] }]);
    }
  });

  it('names each operation once and refers only to what is there', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas).toHaveProperty(name as string);
    expect(text).not.toContain('$defs');
    expect(text).not.toContain('"widget"');
  });

  it('declares exactly the parameters that an address has', () => {
    for (const { address, operation } of operations()) {
      const parameters = (operation.parameters ?? []) as { name: string; in: string; required?: boolean }[];
      const inPath = parameters.filter((one) => one.in === 'path');
      expect(inPath.map(({ name }) => name)).toEqual([...address.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
      expect(inPath.every(({ required }) => required)).toBe(true);
    }
  });

  it('is served to programs and read to people without a script in the page or another host', async () => {
    const visitor = new Visitor(web);
    const served = await visitor.get('/openapi.json');
    expect(served.status).toBe(200);
    // An envelope that tells the time tells it in its examples too.
    const timeless = (text: string) => text.replaceAll(/"(time|timestamp)":\d{10}/g, '"$1":0');
    expect(JSON.parse(timeless(served.text))).toEqual(JSON.parse(timeless(JSON.stringify(document))));
    const page = await visitor.get('/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|https?:\/\//);
    for (const [, file] of page.text.matchAll(/(?:src|href)="(\/(?:docs|shared)\/[^"]+)"/g))
      expect([file, (await visitor.get(file as string)).status]).toEqual([file, 200]);
    expect((await visitor.get('/docs/docs.js')).text).not.toMatch(/innerHTML|https?:\/\//);
  });
});

it('describes each thing that one address does by its own body and answer', async () => {
  const variants = ['one', 'two'].map((name) => ({
    name,
    summary: `Does ${name}`,
    body: z.object({ action: z.literal(name), count: z.int().min(3) }),
    answer: { did: name },
  }));
  const act = route({
    method: 'post',
    path: '/api/acts',
    summary: 'Acts',
    body: z.looseObject({}),
    docs: { variants },
    handle: async () => null,
  });
  const routes = { envelope: plainEnvelope, list: [act] };
  const small = await testCore([defineModule({ name: 'acts', label: 'Acts', permissions: {}, resources: [], routes })]);
  const described = buildOpenApi(small.core);
  await small.close();
  expect((await new Validator().validate(structuredClone(described) as never)).valid).toBe(true);
  const media = (part: unknown) =>
    (part as { content: Record<string, { schema: JsonSchema; examples: Record<string, { value: unknown }> }> }).content[
      'application/json'
    ]!;
  const operation = described.paths['/api/acts']?.post as { requestBody: unknown; responses: Record<string, unknown> };
  expect(media(operation.requestBody).schema.oneOf).toMatchObject([{ title: 'one' }, { title: 'two' }]);
  expect(media(operation.requestBody).examples.two?.value).toEqual({ action: 'two', count: 3 });
  expect(media(operation.responses[200]).examples.one?.value).toEqual({ did: 'one' });
});

describe('a schema made of zod', () => {
  const form = z.object({
    reason: z.string().min(3).meta({ label: 'Reason', help: 'Why.', widget: 'longText' }),
    kind: z.enum(['a', 'b']).default('b'),
    title: z.string().optional(),
    label: z.string().meta({ examples: ['Spring'] }),
    count: z.number().int(),
  });

  it('says label and help in the standard’s words, and keeps properties of the same names', () => {
    const schema = jsonSchemaOf(form) as { properties: Record<string, JsonSchema> };
    expect(schema.properties.reason).toMatchObject({ title: 'Reason', description: 'Why.', minLength: 3 });
    expect(Object.keys(schema.properties)).toEqual(['reason', 'kind', 'title', 'label', 'count']);
    expect(schema.properties.count).not.toHaveProperty('maximum');
  });

  it('gives an example that has what is required', () => {
    expect(exampleOf(jsonSchemaOf(form))).toEqual({ reason: 'text', label: 'Spring', count: 0 });
  });
});
