// A service on loopback that speaks S3: signatures and hashes checked, objects, multipart uploads, lists in pages. What it is asked
// is recorded; it can be told to refuse, to stay silent, to break off.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureFault } from './aws-signature.ts';

interface Upload {
  key: string;
  begun: Date;
  parts: Map<number, Buffer>;
}

/** What the service was asked. */
export interface S3Request {
  method: string;
  key: string;
  query: URLSearchParams;
}

/** How a request fails: with an answer, by hanging up before or after it is done, or half-way through its body. */
export type S3Fault = { status: number; code: string } | 'hang-up' | 'hang-up-after' | 'half';

/** A running service with one bucket, `files`. */
export interface S3Server {
  /** For STORAGE_URL. */
  url: string;
  port: number;
  objects: Map<string, { bytes: Buffer; at: Date }>;
  uploads: Map<string, Upload>;
  asked: S3Request[];
  /** Largest body that a request had. */
  largest: number;
  behave: (request: S3Request) => S3Fault | Promise<S3Fault | undefined> | undefined;
  stop(): Promise<void>;
}

const key = { id: 'AKTEST', secret: 'se/cret+with=signs%' };
const bucket = 'files';

/** Returns STORAGE_URL for such a service; other values for one that is set up wrongly. */
export function s3Url(
  port: number,
  change: Partial<Record<'id' | 'secret' | 'bucket' | 'region', string>> = {},
): string {
  const { id = key.id, secret = key.secret, region = 'eu-test-1' } = change;
  return `s3://${id}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${change.bucket ?? bucket}?region=${region}&tls=false`;
}

/** Starts a service. `pageSize`: how many keys a list tells at once, whatever it is asked for. */
export async function startS3Server(options: { pageSize?: number; port?: number } = {}): Promise<S3Server> {
  const state: S3Server = {
    url: '',
    port: 0,
    objects: new Map(),
    uploads: new Map(),
    asked: [],
    largest: 0,
    behave: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server = createServer((request, response) => {
    answer(state, options.pageSize ?? 1000, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  state.port = (server.address() as AddressInfo).port;
  state.url = s3Url(state.port);
  return state;
}

async function answer(state: S3Server, pageSize: number, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  state.largest = Math.max(state.largest, body.length);
  const { method = '', url: target = '', headers } = request;
  const { pathname, searchParams: query } = new URL(target, 'http://localhost');
  const [, name, ...rest] = pathname.split('/').map(decodeURIComponent);
  const asked: S3Request = { method, key: rest.join('/'), query };
  state.asked.push(asked);
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const fault = signatureFault({ method, target, headers, bodyHash, key, region: 'eu-test-1', now: new Date() });
  if (fault) return refuse(response, fault === 'AuthorizationHeaderMalformed' ? 400 : 403, fault);
  if (name !== bucket) return refuse(response, 404, 'NoSuchBucket');
  const behaviour = await state.behave(asked);
  if (behaviour === 'hang-up') return response.destroy();
  if (typeof behaviour === 'object') return refuse(response, behaviour.status, behaviour.code);
  if (behaviour === 'half') return breakOff(state, asked, response);
  if (behaviour === 'hang-up-after') {
    serve(state, pageSize, asked, body);
    return response.destroy();
  }
  const { status = 200, headers: out = {}, content = '' } = serve(state, pageSize, asked, body);
  response.writeHead(status, { ...out, 'Content-Length': Buffer.byteLength(content) });
  response.end(method === 'HEAD' ? undefined : content);
}

interface Served {
  status?: number;
  headers?: Record<string, string>;
  content?: Buffer | string;
}

function serve(state: S3Server, pageSize: number, { method, key, query }: S3Request, body: Buffer): Served {
  const tag = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;
  const upload = state.uploads.get(query.get('uploadId') ?? '');
  if (key === '')
    return query.has('uploads') ? listUploads(state, pageSize, query) : listObjects(state, pageSize, query);
  if (method === 'POST' && query.has('uploads')) {
    const id = `up+load/${state.uploads.size + 1}-${Math.random()}`;
    state.uploads.set(id, { key, begun: new Date(), parts: new Map() });
    return { content: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>` };
  }
  if (query.has('uploadId')) {
    if (upload?.key !== key) return refusal(404, 'NoSuchUpload');
    if (method === 'DELETE') {
      state.uploads.delete(query.get('uploadId')!);
      return { status: 204 };
    }
    if (method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body);
      return { headers: { ETag: tag(body) } };
    }
    return complete(state, query.get('uploadId')!, upload, body.toString(), tag);
  }
  const object = state.objects.get(key);
  switch (method) {
    case 'PUT':
      state.objects.set(key, { bytes: body, at: new Date() });
      return { headers: { ETag: tag(body) } };
    case 'DELETE':
      state.objects.delete(key);
      return { status: 204 };
    default:
      return object ? { headers: { ETag: tag(object.bytes) }, content: object.bytes } : refusal(404, 'NoSuchKey');
  }
}

function complete(state: S3Server, id: string, upload: Upload, xml: string, tag: (bytes: Buffer) => string): Served {
  const named = [...xml.matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag><\/Part>/g)];
  const parts = named.map(([, number, etag]) => ({ bytes: upload.parts.get(Number(number)), etag }));
  const isWrong = parts.some(({ bytes, etag }) => !bytes || tag(bytes) !== etag);
  if (parts.length === 0 || isWrong) return refusal(400, 'InvalidPart');
  if (parts.slice(0, -1).some(({ bytes }) => bytes!.length < 5 * 1024 * 1024)) return refusal(400, 'EntityTooSmall');
  state.objects.set(upload.key, { bytes: Buffer.concat(parts.map(({ bytes }) => bytes!)), at: upload.begun });
  state.uploads.delete(id);
  return { content: '<CompleteMultipartUploadResult></CompleteMultipartUploadResult>' };
}

function listObjects(state: S3Server, pageSize: number, query: URLSearchParams): Served {
  const [prefix, after] = [query.get('prefix') ?? '', query.get('start-after') ?? ''];
  const keys = [...state.objects.keys()].filter((one) => one.startsWith(prefix) && one > after).sort();
  const page = keys.slice(0, Math.min(pageSize, Number(query.get('max-keys') ?? 1000)));
  const told = page.map((one) => {
    const { bytes, at } = state.objects.get(one)!;
    const size = `<Size>${bytes.length}</Size>`;
    return `<Contents><Key>${escaped(one)}</Key><LastModified>${at.toISOString()}</LastModified>${size}</Contents>`;
  });
  const isCut = `<IsTruncated>${page.length < keys.length}</IsTruncated>`;
  return { content: `<ListBucketResult>${isCut}${told.join('')}</ListBucketResult>` };
}

function listUploads(state: S3Server, pageSize: number, query: URLSearchParams): Served {
  const marker = `${query.get('key-marker') ?? ''}\0${query.get('upload-id-marker') ?? ''}`;
  const all = [...state.uploads].map(([id, { key, begun }]) => ({ id, key, begun, mark: `${key}\0${id}` }));
  const rest = all.sort((a, b) => (a.mark < b.mark ? -1 : 1)).filter(({ mark }) => marker === '\0' || mark > marker);
  const page = rest.slice(0, pageSize);
  const told = page.map(
    ({ id, key, begun }) =>
      `<Upload><Key>${escaped(key)}</Key><UploadId>${escaped(id)}</UploadId><Initiated>${begun.toISOString()}</Initiated></Upload>`,
  );
  const last = page.at(-1);
  const next = last
    ? `<NextKeyMarker>${escaped(last.key)}</NextKeyMarker><NextUploadIdMarker>${escaped(last.id)}</NextUploadIdMarker>`
    : '';
  const isCut = `<IsTruncated>${page.length < rest.length}</IsTruncated>`;
  return { content: `<ListMultipartUploadsResult>${isCut}${next}${told.join('')}</ListMultipartUploadsResult>` };
}

function breakOff(state: S3Server, { key }: S3Request, response: ServerResponse): void {
  const bytes = state.objects.get(key)?.bytes ?? Buffer.alloc(0);
  response.writeHead(200, { 'Content-Length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const refusal = (status: number, code: string): Served => ({ status, content: `<Error><Code>${code}</Code></Error>` });

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
}
