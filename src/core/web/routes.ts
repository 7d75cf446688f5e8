// The modules' public routes: limits, key, input by zod, handler, and every answer, a refusal too, in the module's own envelope.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { type Actor, publicActor } from '../access.ts';
import type { Core } from '../core.ts';
import { faultOf, invalid, notFound, StewardError, unauthenticated } from '../errors.ts';
import { addressKey } from '../limits.ts';
import { mustNotBeForeign } from '../origin.ts';
import { actorOfApiKey } from '../people/api-keys.ts';
import { Answer, type AnyRoute, type Envelope, type UploadedFile } from '../route.ts';
import { phrase } from '../words/catalogue.ts';
import { acceptedLanguage, languages } from '../words/language.ts';
import { wordsOf } from '../words/words.ts';
import { readBody, utf8 } from './body.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { beginFailure, sayFailure } from './errors.ts';
import type { Express, NextFunction, Request, Response } from './express.ts';
import { parseJson, readJson } from './json-body.ts';
import { mediaType, readMultipart, readUrlencoded } from './upload.ts';

const usualBytes = 1024 * 1024;

/** Appends the routes of every module. */
export function appendRoutes(core: Core, app: Express): void {
  for (const { routes } of core.modules) {
    if (!routes) continue;
    for (const [path, list] of byPath(routes.list)) app.all(path, answerPath(core, routes.envelope, list));
  }
  appendNeighbours(core, app);
}

function byPath(list: readonly AnyRoute[]): Map<string, AnyRoute[]> {
  const paths = new Map<string, AnyRoute[]>();
  for (const route of list) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

// What lies beside a module's routes is answered in its envelope too: an unknown address, and one that cannot be decoded.
function appendNeighbours(core: Core, app: Express): void {
  const folders = new Map<string, Envelope>();
  for (const { routes } of core.modules)
    for (const { path } of routes?.list ?? []) {
      // A folder that several modules share speaks as the first of them does.
      const folder = folderOf(path);
      if (!folders.has(folder)) folders.set(folder, routes!.envelope);
    }
  for (const [folder, envelope] of [...folders].sort(([a], [b]) => b.length - a.length)) {
    if (folder === '') continue;
    app.use(folder, () => {
      throw notFound(phrase('There is no such address.'));
    });
    app.use(folder, (error: unknown, request: Request, response: Response, _next: NextFunction) => {
      allowOrigin(core, request, response);
      return refuse(core, envelope, request, response, error);
    });
  }
}

function folderOf(path: string): string {
  const fixed = path.split('/:')[0] ?? '';
  return fixed === path ? path.slice(0, path.lastIndexOf('/')) : fixed;
}

function answerPath(core: Core, envelope: Envelope, list: readonly AnyRoute[]) {
  const known = new Map(list.map((route) => [route.method.toUpperCase(), route]));
  if (known.has('GET')) known.set('HEAD', known.get('GET')!);
  const methods = [...known.keys(), 'OPTIONS'];
  return async (request: Request, response: Response): Promise<void> => {
    allowOrigin(core, request, response, known.get(request.method)?.exposes);
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'OPTIONS') return answerPreflight(request, response, methods);
    try {
      const route = known.get(request.method);
      if (!route) {
        response.setHeader('Allow', methods.join(', '));
        throw new StewardError('method', 405, phrase(`Method "${request.method}" not allowed.`));
      }
      await succeed(envelope, request, response, await callRoute(core, route, request));
    } catch (error) {
      await refuse(core, envelope, request, response, error);
    }
  };
}

async function callRoute(core: Core, route: AnyRoute, request: Request): Promise<unknown> {
  const address = request.ip ?? '';
  for (const limit of route.limits ?? []) await core.limits.consume(limit, addressKey(address));
  if (route.refusesForeign) mustNotBeForeign(request, core.config.publicUrl);
  const header = (name: string) => {
    const found = request.headers[name.toLowerCase()];
    return Array.isArray(found) ? found.join(', ') : found;
  };
  const actor = await actorOfRequest(core, route, request);
  const caller = await route.admits?.({ header, core });
  const params = parsed(route.params, { ...request.params }, 'address');
  const query = parsed(route.query, queryOf(request), 'query');
  const isRead = route.body && !(await route.ignoresBody?.({ header, core }));
  const { value, files, raw = '' } = isRead ? await readInput(core, route, request) : { value: undefined, files: [] };
  const body = parsed(route.body, value, 'body');
  const language = request.acceptsLanguages([...languages]) || 'en';
  return route.handle({ query, body, params, files, raw, header, address, language, actor, caller, core });
}

async function actorOfRequest(core: Core, route: AnyRoute, request: Request): Promise<Actor> {
  if (route.permission === undefined && !route.needsKey) return publicActor;
  const key = /^Bearer ([\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const actor = key === undefined ? undefined : await actorOfApiKey(core, key, route.permission);
  if (!actor) throw unauthenticated('This needs an API key that is good for it: Authorization: Bearer <key>.');
  return actor;
}

// Without a schema there is no input, whatever the client sent.
function parsed(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields: Record<string, string> = {};
  for (const issue of result.error.issues) {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : undefined;
    for (const key of unknown ?? [issue.path.join('.') || part])
      fields[key.slice(0, 80)] ??= unknown ? 'is unknown' : faultOf(issue);
  }
  const names = Object.keys(fields).join(', ');
  throw invalid(phrase(`The ${part} does not fit: ${names}.`), fields);
}

// A name given twice stays a list, which a schema for one text refuses by its name.
function queryOf(request: Request): Record<string, string | string[]> {
  const at = request.originalUrl.indexOf('?');
  const query: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(at === -1 ? '' : request.originalUrl.slice(at + 1))) {
    const before = query[name];
    query[name] = before === undefined ? value : [before, value].flat();
  }
  return { ...query };
}

async function readInput(
  core: Core,
  route: AnyRoute,
  request: Request,
): Promise<{ value: unknown; files: UploadedFile[]; raw?: string }> {
  const accepts = route.accepts ?? ['json'];
  const maxBytes = route.maxBytes ?? usualBytes;
  const type = mediaType(request);
  if (isBodiless(request) && route.body?.safeParse(undefined).success) return { value: undefined, files: [] };
  if (type === 'multipart/form-data' && accepts.includes('multipart')) {
    const limits = {
      maxBytes,
      maxFiles: route.maxFiles ?? 1,
      maxFields: 100,
      maxFieldBytes: Math.min(maxBytes, usualBytes),
    };
    const { fields, files } = await readMultipart(request, limits);
    for (const { bytes, field } of files) await core.files.mustBeClean(bytes, field);
    return { value: { ...fields }, files };
  }
  if (type === 'application/x-www-form-urlencoded' && accepts.includes('form'))
    return { value: { ...(await readUrlencoded(request, { maxBytes, maxFields: 100 })) }, files: [] };
  if (route.keepsRaw && type === 'application/json') {
    const raw = utf8(await readBody(request, maxBytes));
    return { value: parseJson(raw, { maxKeys: route.maxKeys }), files: [], raw };
  }
  if (accepts.includes('any-json') || (type === 'application/json' && accepts.includes('json')))
    return { value: await readJson(request, { maxBytes, maxKeys: route.maxKeys }), files: [] };
  const kinds = accepts.map(mediaWords).join(' or ');
  throw new StewardError('media-type', 415, phrase(`The body must be ${kinds}.`));
}

function isBodiless({ headers }: Request): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

function mediaWords(kind: NonNullable<AnyRoute['accepts']>[number]): string {
  return kind === 'multipart'
    ? 'multipart/form-data'
    : kind === 'form'
      ? 'application/x-www-form-urlencoded'
      : 'application/json';
}

async function succeed(envelope: Envelope, request: Request, response: Response, result: unknown): Promise<void> {
  if (!(result instanceof Answer)) {
    const { status, body } = envelope.success(result);
    response.status(status).json(body);
    return;
  }
  response.status(result.status);
  for (const [name, value] of Object.entries(result.headers)) response.setHeader(name, value);
  const { body } = result;
  if (body instanceof Readable) {
    if (request.method === 'HEAD') {
      body.destroy();
      response.end();
    } else await pipeline(body, response).catch(() => response.destroy());
  } else if (body === undefined || body === null) response.end();
  else if (Buffer.isBuffer(body) || typeof body === 'string') response.send(body);
  else response.json(body);
}

async function refuse(
  core: Core,
  envelope: Envelope,
  request: Request,
  response: Response,
  error: unknown,
): Promise<void> {
  const failure = await beginFailure(core, request, response, error);
  if (!failure) return;
  const { language } = envelope;
  const words = language && wordsOf(core, acceptedLanguage(request.headers['accept-language'], language));
  const { status, body } = envelope.failure(sayFailure(words, failure));
  response.status(status).json(body);
}
