// Tools for the panel: the data of an own screen for one record, and its declared calls. Permission and row scope hold as everywhere.
import { mustMay } from '../access.ts';
import { type AnyRow, answered, tableOf } from '../database/tables.ts';
import { invalid, notFound, StewardError } from '../errors.ts';
import type { Transaction } from '../model.ts';
import { whereOf } from '../records/list-query.ts';
import { recordIdSchema } from '../records/selection.ts';
import type { AnyResource, Tool, ToolCall } from '../resource.ts';
import type { Request } from '../web/express.ts';
import { parseJson, readJson } from '../web/json-body.ts';
import { mediaType, readMultipart } from '../web/upload.ts';
import { checked, resourceNamed } from './api-body.ts';
import type { ApiCall, ApiContext } from './api-call.ts';

export const toolCalls: readonly ApiCall[] = [
  { method: 'get', path: '/tools/:model/:id/:tool', handle: load },
  { method: 'post', path: '/tools/:model/:id/:tool/:call', handle: makeCall },
];

type LooseTool = Tool<never>;
type LooseCall = ToolCall<never>;

const largestInput = 4_000_000;
const callTimeout = 30_000;

async function load(context: ApiContext): Promise<unknown> {
  const { core, actor } = context;
  const { resource, tool } = toolOf(context);
  const row = await rowOf(context, resource, core.db);
  return tool.load({ row: row as never, core, actor });
}

async function makeCall(context: ApiContext): Promise<unknown> {
  const { core, actor, request, part } = context;
  const { resource, tool } = toolOf(context);
  const call = Object.hasOwn(tool.calls, part('call')) ? (tool.calls[part('call')] as LooseCall) : undefined;
  if (!call) throw notFound();
  const { input, file } = await readInput(request, call);
  if (file && call.file) await core.files.mustBeClean(file.bytes, call.file.field);
  const parsed = checked(call.input, input);
  return core.transaction(
    actor,
    async (work) => {
      const row = await rowOf(context, resource, work.tx);
      return call.handle({ row: row as never, input: parsed, ...(file ? { file } : {}), core, work, actor });
    },
    { timeoutMs: callTimeout },
  );
}

function toolOf({ core, actor, part }: ApiContext): { resource: AnyResource; tool: LooseTool } {
  const resource = resourceNamed(core, part('model'));
  mustMay(actor, resource.permissions.read);
  const tools = (resource.tools ?? {}) as Record<string, LooseTool>;
  const tool = Object.hasOwn(tools, part('tool')) ? tools[part('tool')] : undefined;
  if (!tool) throw notFound();
  mustMay(actor, tool.permission);
  return { resource, tool };
}

// A tool is the module's own code and gets the whole row; only a row within the actor's scope.
async function rowOf({ actor, part }: ApiContext, resource: AnyResource, client: Transaction): Promise<AnyRow> {
  const scope = whereOf(resource, actor, {});
  const id = recordIdSchema.safeParse(part('id'));
  if (!scope || !id.success) throw notFound();
  const row = await answered(tableOf(client, resource.model).findFirst({ where: { AND: [scope, { id: id.data }] } }));
  if (!row) throw notFound();
  return row;
}

async function readInput(request: Request, call: LooseCall) {
  const type = mediaType(request);
  if (type === 'application/json')
    return { input: await readJson(request, { maxBytes: largestInput }), file: undefined };
  if (type !== 'multipart/form-data' || !call.file)
    throw new StewardError('media-type', 415, `The body must be application/json${call.file ? ' or a form' : ''}.`);
  const { field, maxBytes } = call.file;
  const most = Math.floor(maxBytes / 1_000_000);
  const fault = () => invalid(`The file may have ${most} MB at most.`, { [field]: `may have ${most} MB at most` });
  const form = await readMultipart(request, {
    maxBytes: maxBytes + largestInput,
    maxFiles: 1,
    maxFields: 1,
    maxFieldBytes: largestInput,
    fileFields: [field],
  }).catch((error: unknown) => {
    throw error instanceof StewardError && error.status === 413 ? fault() : error;
  });
  const [file] = form.files;
  if (!file) throw invalid('A file is missing.', { [field]: 'is missing' });
  if (file.bytes.length > maxBytes) throw fault();
  const stranger = Object.keys(form.fields).find((name) => name !== 'input');
  if (stranger) throw invalid('The form has an unknown field.', { [stranger.slice(0, 80)]: 'is unknown' });
  return { input: parseJson(form.fields.input ?? '{}'), file: { name: file.name, type: file.type, bytes: file.bytes } };
}
