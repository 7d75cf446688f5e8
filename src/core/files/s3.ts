// A bucket of a service that speaks S3 as the place for bytes. Its rule: bytes appear whole or not at all, and however long a
// stream is, some eight megabytes of it are in memory.
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { BytesMissing, isOurKey, type ListedPage, type Place } from './place.ts';
import { blocksOf, type S3Caller, S3Error, s3Caller, tagOf } from './s3-calls.ts';
import type { BucketPlace } from './storage-url.ts';

const partBytes = 8 * 1024 * 1024;

/** Opens a bucket. */
export function openBucket(place: BucketPlace): Place {
  const call = s3Caller(place);
  const full = (key: string) => place.prefix + key;
  return {
    put: async (key, bytes) => drop(await call({ method: 'PUT', key: full(key), body: new Uint8Array(bytes) })),
    putStream: (key, source, mustBeWhole) => putStream(call, full(key), source, mustBeWhole),
    open: (key) => open(call, full(key)),
    remove: (key) => remove(call, full(key)),
    page: (after) => page(call, place.prefix, after),
    removeHalves: (before) => removeHalves(call, place.prefix, before),
    mistake: (error) => mistakeOf(place, error),
  };
}

// An answer whose body nobody takes would hold its connection.
async function drop(answer: Response): Promise<void> {
  await answer.arrayBuffer().catch(() => {});
}

/** What fits into one part is put at once; more goes part by part, and counts when all are named together. */
async function putStream(call: S3Caller, key: string, source: Readable, mustBeWhole: () => void): Promise<void> {
  const parts = inParts(source);
  const first = await parts.next();
  const second = first.done ? first : await parts.next();
  if (second.done) {
    mustBeWhole();
    return drop(await call({ method: 'PUT', key, body: first.value ?? Buffer.alloc(0) }));
  }
  const begun = await call({ method: 'POST', key, query: { uploads: '' } });
  const uploadId = tagOf(await begun.text(), 'UploadId') ?? '';
  try {
    const tags: string[] = [];
    for (let part = first; !part.done; part = tags.length === 1 ? second : await parts.next())
      tags.push(await putPart(call, key, uploadId, tags.length + 1, part.value));
    mustBeWhole();
    await complete(call, key, uploadId, tags);
  } catch (error) {
    await call({ method: 'DELETE', key, query: { uploadId } }).then(drop, () => {});
    throw error;
  }
}

async function* inParts(source: Readable): AsyncGenerator<Buffer<ArrayBuffer>, undefined> {
  let part = Buffer.allocUnsafe(partBytes);
  let size = 0;
  for await (const chunk of source as AsyncIterable<Buffer>)
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(part, size, at, at + partBytes - size);
      size += taken;
      at += taken;
      if (size < partBytes) continue;
      yield part;
      part = Buffer.allocUnsafe(partBytes);
      size = 0;
    }
  if (size > 0) yield part.subarray(0, size);
  return undefined;
}

async function putPart(
  call: S3Caller,
  key: string,
  uploadId: string,
  number: number,
  body: Buffer<ArrayBuffer>,
): Promise<string> {
  const answer = await call({ method: 'PUT', key, query: { partNumber: String(number), uploadId }, body });
  await drop(answer);
  return answer.headers.get('etag') ?? '';
}

// Tried once: when its answer is lost, the second try would hear that there is no such upload. The caller removes what may be there.
async function complete(call: S3Caller, key: string, uploadId: string, tags: string[]): Promise<void> {
  const parts = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  const answer = await call({ method: 'POST', key, query: { uploadId }, body, tries: 1 });
  const text = await answer.text().catch((error) => {
    throw new S3Error(0, 'no answer', error);
  });
  // The status is sent before the work is done: a refusal can stand in an answer of 200.
  if (text.includes('<Error>')) throw new S3Error(500, tagOf(text, 'Code') ?? '');
}

async function open(call: S3Caller, key: string): Promise<Readable> {
  try {
    const { body } = await call({ method: 'GET', key });
    return body ? Readable.fromWeb(body as ReadableStream<Uint8Array>) : Readable.from([]);
  } catch (error) {
    if (error instanceof S3Error && error.status === 404 && error.code !== 'NoSuchBucket')
      throw new BytesMissing('not in the bucket', { cause: error });
    throw error;
  }
}

async function remove(call: S3Caller, key: string): Promise<void> {
  try {
    await drop(await call({ method: 'DELETE', key }));
  } catch (error) {
    if (!(error instanceof S3Error && error.code === 'NoSuchKey')) throw error;
  }
}

async function page(call: S3Caller, prefix: string, after = ''): Promise<ListedPage> {
  const query = { 'list-type': '2', 'max-keys': '1000', prefix, ...(after ? { 'start-after': prefix + after } : {}) };
  const text = await (await call({ method: 'GET', query })).text();
  const found = blocksOf(text, 'Contents').map((block) => ({
    key: (tagOf(block, 'Key') ?? '').slice(prefix.length),
    at: new Date(tagOf(block, 'LastModified') ?? Number.NaN),
  }));
  const objects = found
    .filter(({ key, at }) => isOurKey(key) && !Number.isNaN(at.getTime()))
    .map(({ key, at }) => ({ key, writtenAt: async () => at }));
  return { objects, next: tagOf(text, 'IsTruncated') === 'true' ? found.at(-1)?.key : undefined };
}

async function removeHalves(call: S3Caller, prefix: string, before: Date): Promise<number> {
  let removed = 0;
  for (let from: Record<string, string> | undefined = {}; from; ) {
    const text: string = await listHalves(call, prefix, from);
    for (const block of blocksOf(text, 'Upload')) {
      const [key = '', uploadId = ''] = [tagOf(block, 'Key'), tagOf(block, 'UploadId')];
      const isOld = new Date(tagOf(block, 'Initiated') ?? Number.NaN) < before;
      if (!isOld || !isOurKey(key.slice(prefix.length))) continue;
      await call({ method: 'DELETE', key, query: { uploadId } }).then(drop, unlessGone);
      removed += 1;
    }
    const [key, id] = [tagOf(text, 'NextKeyMarker'), tagOf(text, 'NextUploadIdMarker')];
    from =
      tagOf(text, 'IsTruncated') === 'true' && key ? { 'key-marker': key, 'upload-id-marker': id ?? '' } : undefined;
  }
  return removed;
}

// Some services keep no such list; they throw halves away by themselves.
async function listHalves(call: S3Caller, prefix: string, from: Record<string, string>): Promise<string> {
  try {
    return await (await call({ method: 'GET', query: { uploads: '', prefix, ...from } })).text();
  } catch (error) {
    if (error instanceof S3Error && (error.status === 501 || error.status === 405)) return '';
    throw error;
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof S3Error && error.status === 404)) throw error;
}

function mistakeOf({ endpoint, bucket, region }: BucketPlace, error: unknown): string | undefined {
  if (!(error instanceof S3Error)) return undefined;
  const { status, code } = error;
  const { host } = new URL(endpoint);
  if (code === 'NoSuchBucket' || status === 404)
    return `STORAGE_URL names the bucket ${bucket}, which does not exist at ${host}. Create it there, or correct the name.`;
  if (['InvalidAccessKeyId', 'SignatureDoesNotMatch'].includes(code))
    return `The storage at ${host} does not know the key of STORAGE_URL (${code}). Check key and secret; in both write @ as %40 and % as %25.`;
  if (code === 'RequestTimeTooSkewed')
    return `The storage at ${host} says that this machine's clock is wrong. Set it right (NTP).`;
  if ((status >= 300 && status < 400) || code === 'AuthorizationHeaderMalformed')
    return `The bucket ${bucket} at ${host} is not in the region ${region}. Add its region to STORAGE_URL: ?region=…`;
  if (status === 403)
    return `The key of STORAGE_URL may not list, read, write and delete in the bucket ${bucket} at ${host} (${code || 403}). Give it these rights.`;
  if (status >= 400 && status < 500 && status !== 429)
    return `The storage at ${host} does not take what STORAGE_URL says: it answers ${status} ${code}.`;
  return undefined;
}
