// Multipart forms. The rule: the parser gets the whole body at once, and we count the parts ourselves, so that nothing hangs and
// nothing is lost in silence. The only room that imports busboy.
import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import { invalid, tooLarge } from '../errors.ts';
import type { UploadedFile } from '../route.ts';
import { phrase } from '../words/catalogue.ts';
import { brokenOff, readBody } from './body.ts';
import { mustBeName, plainValue, repeated } from './form-fields.ts';

/** How much of a multipart body is read. */
export interface MultipartLimits {
  /** Bytes of the whole body. */
  maxBytes: number;
  maxFiles: number;
  maxFields: number;
  maxFieldBytes: number;
  /** Parts of any kind; files and fields together by default. */
  maxParts?: number;
  /** Bytes of one part's headers; 8 KB by default. */
  maxHeaderBytes?: number;
  /** Names of fields that may carry a file; absent: any. */
  fileFields?: readonly string[];
}

/** A form as it was sent. Fields have no prototype. */
export interface Multipart {
  fields: Record<string, string>;
  files: UploadedFile[];
}

/** Reads a multipart form. Refuses repeated fields, parts without a name, other transfer encodings and every limit exceeded. */
export async function readMultipart(req: IncomingMessage, limits: MultipartLimits): Promise<Multipart> {
  const boundary = boundaryOf(req.headers['content-type'] ?? '');
  return parseMultipart(await readBody(req, limits.maxBytes), boundary, limits);
}

/** Returns the boundary of a multipart content type (RFC 2046: 1 to 70 of certain characters). */
function boundaryOf(contentType: string): string {
  if (contentType.length > 500 || !/^multipart\/form-data\s*;/i.test(contentType))
    throw invalid(phrase('The body must be multipart/form-data.'));
  const found = /;\s*boundary=(?:"([^"]*)"|([^\s;"]+))\s*(?:;|$)/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2] ?? '';
  if (!/^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/.test(boundary))
    throw invalid(phrase('The multipart body has no usable boundary.'));
  return boundary;
}

/** Parses a whole multipart body. */
export async function parseMultipart(body: Buffer, boundary: string, limits: MultipartLimits): Promise<Multipart> {
  const maxHeaderBytes = limits.maxHeaderBytes ?? 8192;
  const parts = countParts(body, boundary, maxHeaderBytes);
  if (parts > (limits.maxParts ?? limits.maxFiles + limits.maxFields))
    throw tooLarge(phrase('The form has too many parts.'));
  const parser = new Busboy({
    // Written anew, so that the parser and we cannot read the client's header in two ways.
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    limits: { fieldSize: limits.maxFieldBytes, fileSize: limits.maxBytes, headerSize: maxHeaderBytes, headerPairs: 20 },
  });
  const { form, seen } = await collect(parser, body, limits);
  // The parser passes over a part it cannot read in silence; a form that lost a part is not the form that was sent.
  if (seen !== parts || !body.includes(`--${boundary}--`))
    throw invalid(phrase('The multipart body has a part that cannot be read.'));
  return form;
}

/** Runs the parser over the body. Errors of parts end it; so does a parser that stays silent, which we have not seen. */
function collect(
  parser: InstanceType<typeof Busboy>,
  body: Buffer,
  limits: MultipartLimits,
): Promise<{ form: Multipart; seen: number }> {
  const form: Multipart = { fields: Object.create(null), files: [] };
  const damaged = (cause?: unknown) => invalid(phrase('The multipart body is damaged.'), {}, cause);
  let seen = 0;
  return new Promise((resolve, reject) => {
    const guard = setTimeout(() => reject(damaged()), 10_000).unref();
    const attempt = (take: () => void) => {
      try {
        take();
      } catch (error) {
        reject(error);
      }
    };
    parser.on('field', (name: string | undefined, value, _nameCut, isCut, encoding) => {
      seen += 1;
      attempt(() => takeField(form, limits, name, value, isCut, encoding));
    });
    parser.on('file', (name: string | undefined, stream, fileName, encoding, type) => {
      seen += 1;
      const chunks: Buffer[] = [];
      stream.on('error', () => reject(brokenOff()));
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        attempt(() =>
          takeFile(form, limits, { field: name, name: fileName ?? '', type, bytes: Buffer.concat(chunks) }, encoding),
        ),
      );
    });
    parser.on('error', (cause) => reject(damaged(cause)));
    parser.on('finish', () => {
      clearTimeout(guard);
      resolve({ form, seen });
    });
    parser.end(body);
  });
}

/** Counts the parts, and refuses one whose headers are endless: the parser would cut them in silence and go on with the rest. */
function countParts(body: Buffer, boundary: string, maxHeaderBytes: number): number {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const isFirst = body.indexOf(delimiter.subarray(2)) === 0;
  let count = 0;
  for (
    let at = isFirst ? -2 : body.indexOf(delimiter);
    at !== -1;
    at = body.indexOf(delimiter, at + delimiter.length)
  ) {
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') break;
    if (!body.subarray(start, start + maxHeaderBytes + 4).includes('\r\n\r\n'))
      throw invalid(phrase('The multipart body has a part whose headers are too long or have no end.'));
    count += 1;
  }
  return count;
}

function takeField(
  form: Multipart,
  limits: MultipartLimits,
  name: unknown,
  value: string,
  isCut: boolean,
  encoding: string,
): void {
  mustBeName(name);
  mustBePlain(encoding);
  if (name in form.fields || form.files.some((file) => file.field === name)) throw repeated(name);
  if (Object.keys(form.fields).length >= limits.maxFields) throw tooLarge(phrase('The form has too many fields.'));
  if (isCut) throw tooLarge(phrase(`The field "${name}" is too long.`));
  form.fields[name] = plainValue(name, value);
}

function takeFile(
  form: Multipart,
  limits: MultipartLimits,
  file: Omit<UploadedFile, 'field'> & { field: unknown },
  encoding: string,
): void {
  const { field, name } = file;
  // What a browser sends for a file input that was left empty.
  if (name === '' && file.bytes.length === 0) return;
  mustBeName(field);
  mustBePlain(encoding);
  if (field in form.fields) throw repeated(field);
  if (limits.fileFields && !limits.fileFields.includes(field))
    throw invalid(phrase('A file came where none is expected.'), { [field]: phrase('takes no file') });
  if (form.files.length >= limits.maxFiles)
    throw tooLarge(
      limits.maxFiles === 1 ? phrase('Send one file only.') : phrase(`Send ${limits.maxFiles} files at most.`),
    );
  if (name.length > 255 || name.includes('\0'))
    throw invalid(phrase('The name of the file cannot be used.'), {
      [field]: phrase('has a file name that cannot be used'),
    });
  form.files.push({ ...file, field, type: shortType(file.type) });
}

function mustBePlain(encoding: string): void {
  if (!['7bit', '8bit', 'binary'].includes(encoding))
    throw invalid(phrase('The form uses a transfer encoding that is not read.'));
}

function shortType(type: string): string {
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(type) ? type : 'application/octet-stream';
}
