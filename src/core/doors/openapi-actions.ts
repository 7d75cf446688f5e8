// How one declared action reads in the API's description. See openapi.ts.
import { z } from 'zod';
import { selectionSchema } from '../records/selection.ts';
import type { RegisteredAction } from '../registry.ts';
import { actionOptions } from './action-door.ts';
import { exampleOf, type JsonSchema, jsonSchemaOf } from './openapi-schema.ts';

const error = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});
const reasons = z.array(z.object({ outcome: z.string(), reason: z.string(), count: z.number().int() }));

/** Returns the schemas that all actions share. */
export function actionSchemas(): Record<string, JsonSchema> {
  return {
    Selection: {
      ...jsonSchemaOf(selectionSchema),
      description: 'Chosen ids, or everything that matches: filters are named <column>.<operation>.',
    },
    Preview: jsonSchemaOf(
      z.looseObject({
        actionId: z.string(),
        label: z.string(),
        selectionInWords: z.string(),
        total: z.number().int(),
        eligible: z.number().int().meta({ description: 'How many would take part.' }),
        skipped: z.array(z.object({ reason: z.string(), count: z.number().int() })),
        sends: z.boolean().meta({ description: 'Whether messages leave.' }),
        undoSeconds: z.number().int(),
        problems: z.record(z.string(), z.string()).optional(),
        sample: z
          .looseObject({ index: z.number().int(), recordId: z.string(), recordTitle: z.string() })
          .optional()
          .meta({ description: 'One record that takes part, with what would happen to it.' }),
      }),
      'output',
    ),
    Run: jsonSchemaOf(
      z.object({
        runId: z.string(),
        state: z.string(),
        counts: z.record(z.string(), z.number().int()).meta({ description: 'Records by outcome.' }),
        reasons,
      }),
      'output',
    ),
  };
}

/** Returns the operation of an action. */
export function actionOperation({ id, action, resource, module }: RegisteredAction): Record<string, unknown> {
  const schema = bodySchema(action.form);
  const form = action.form ? { form: exampleOf(jsonSchemaOf(action.form)) } : {};
  const answer = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } });
  return {
    operationId: id,
    tags: [module.name],
    summary: `${action.label.one} (${resource.label.many})`,
    ...(action.description ? { description: action.description } : {}),
    security: [{ apiKey: [action.permission] }],
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        description: 'The same key never starts a second run.',
        schema: { type: 'string', minLength: 8, maxLength: 200 },
      },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema,
          examples: {
            'dry run': { value: { selection: { all: true }, ...form, dryRun: true } },
            start: { value: { selection: { ids: ['0190a000-0000-7000-8000-000000000001'] }, ...form, expected: 1 } },
          },
        },
      },
    },
    responses: {
      '200': {
        description: 'With dryRun what would happen; otherwise the run, which is finished.',
        content: {
          'application/json': {
            schema: { anyOf: [answer('Preview').schema, answer('Run').schema] },
          },
        },
      },
      '202': {
        description: 'The run goes on; its address is in the header Location.',
        headers: { Location: { schema: { type: 'string' }, description: 'Where the run can be asked after.' } },
        content: { 'application/json': answer('Run') },
      },
      '400': error('Selection or form do not fit, or nobody can take part.'),
      '401': error('The API key is missing, over or revoked.'),
      '403': error(`The key, or its operator, does not hold ${action.permission}.`),
      '409': error('Another number of records takes part than was expected.'),
      '413': error('The body is too large.'),
      '415': error('The body is not JSON.'),
      '429': error('Too many calls; Retry-After says how long to wait.'),
    },
  };
}

function bodySchema(form: z.ZodObject | undefined): JsonSchema {
  const options = jsonSchemaOf(z.strictObject(actionOptions));
  const formSchema = form ? jsonSchemaOf(form) : undefined;
  const isFormRequired = ((formSchema?.required ?? []) as string[]).length > 0;
  return {
    type: 'object',
    required: ['selection', ...(isFormRequired ? ['form'] : [])],
    properties: {
      selection: { $ref: '#/components/schemas/Selection' },
      ...(formSchema ? { form: formSchema } : {}),
      ...(options.properties as object),
    },
    additionalProperties: false,
  };
}
