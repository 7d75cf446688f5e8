// Imports for the panel: the file comes as the bare body and is kept while it arrives; the rest is JSON. Who may do what is decided in imports.ts.
import { z } from 'zod';
import { invalid, notFound } from '../errors.ts';
import {
  controlImport,
  errorFile,
  readImport,
  readImportRows,
  sampleFile,
  startCommit,
  startRehearsal,
  startUndo,
  uploadImport,
} from '../imports/imports.ts';
import { readBodyAs } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';

export const importCalls: readonly ApiCall[] = [
  { method: 'post', path: '/imports/of/:model/upload', handle: upload },
  { method: 'post', path: '/imports/of/:model/sample', handle: sample },
  { method: 'get', path: '/imports/:id', handle: ({ core, actor, part }) => readImport(core, actor, part('id')) },
  { method: 'get', path: '/imports/:id/rows', handle: rows },
  { method: 'post', path: '/imports/:id/rehearse', handle: rehearse },
  { method: 'post', path: '/imports/:id/commit', handle: commit },
  { method: 'post', path: '/imports/:id/error-file', handle: errors },
  { method: 'post', path: '/imports/:id/:verb', handle: control },
];

const uploadSchema = z.strictObject({ name: z.string().min(1).max(200) });

async function upload({ core, actor, request, part }: ApiContext) {
  const parsed = uploadSchema.safeParse({ ...request.query });
  if (!parsed.success) throw invalid('The query does not fit.', { name: 'must be the name of the file' });
  // A browser sends a form or JSON of another site without asking; this type it does not.
  if (request.headers['content-type'] !== 'application/octet-stream')
    throw invalid('The body must be application/octet-stream.', { file: 'must be the bare body' });
  return uploadImport(core, actor, part('model'), { name: parsed.data.name, content: request });
}

async function sample({ core, actor, request, part }: ApiContext) {
  const { format } = await readBodyAs(request, z.strictObject({ format: z.enum(['csv', 'xlsx']) }));
  return sampleFile(core, actor, part('model'), format);
}

const rowsSchema = z.strictObject({
  plan: z.enum(['create', 'change', 'same', 'invalid', 'repeated']).optional(),
  outcome: z.enum(['pending', 'done', 'skipped', 'failed', 'undone', 'kept']).optional(),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
});

async function rows({ core, actor, request, part }: ApiContext) {
  const parsed = rowsSchema.safeParse({ ...request.query });
  if (!parsed.success) throw invalid('The query does not fit.', { query: 'takes plan, outcome and page' });
  return readImportRows(core, actor, part('id'), parsed.data);
}

const rehearseSchema = z.strictObject({
  mapping: z.record(z.string().max(100), z.number().int().min(0).max(1_000)),
  defaults: z
    .record(z.string().max(100), z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]))
    .default({}),
});

async function rehearse({ core, actor, request, part }: ApiContext): Promise<void> {
  await startRehearsal(core, actor, part('id'), await readBodyAs(request, rehearseSchema));
}

const count = z.number().int().min(0).max(10_000_000);

async function commit({ core, actor, request, part }: ApiContext): Promise<void> {
  const { expected } = await readBodyAs(
    request,
    z.strictObject({ expected: z.strictObject({ create: count, change: count }) }),
  );
  await startCommit(core, actor, part('id'), expected);
}

async function errors({ core, actor, request, part }: ApiContext) {
  await readBodyAs(request, z.strictObject({}));
  return errorFile(core, actor, part('id'));
}

const verbs = ['pause', 'resume', 'cancel'] as const;

async function control({ core, actor, request, part }: ApiContext): Promise<void> {
  await readBodyAs(request, z.strictObject({}));
  if (part('verb') === 'undo') return startUndo(core, actor, part('id'));
  const verb = verbs.find((one) => one === part('verb'));
  if (!verb) throw notFound();
  await controlImport(core, actor, part('id'), verb);
}
