// What STORAGE_URL says: a folder of this machine, or a bucket of a service that speaks S3. Its rule: no sentence about it
// repeats any of it, for it holds a secret.
import path from 'node:path';

/** A bucket and how it is reached. Keys lie below `prefix`, which is empty or ends with a slash. */
export interface BucketPlace {
  kind: 's3';
  /** Without a final slash, for example `https://s3.example.org:9000`. */
  endpoint: string;
  bucket: string;
  prefix: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Where files lie; a folder without a path is the one in DATA_DIR. */
export type StoragePlace = { kind: 'folder'; path: string | undefined } | BucketPlace;

const shape = /^s3:\/\/([^:@\s]+):([^@\s]+)@([^/?#@\s]+)\/([^/?#\s]+)(?:\/([^?#\s]*))?(?:\?([^#\s]*))?$/i;
const wanted = 's3://KEY:SECRET@s3.example.org/bucket?region=eu-central-1';

/** Reads STORAGE_URL. Throws an Error whose message continues the sentence "STORAGE_URL …". */
export function readStorageUrl(written: string): StoragePlace {
  if (/^file:/i.test(written)) {
    const rest = written.replace(/^file:(\/\/)?/i, '');
    return { kind: 'folder', path: rest ? path.resolve(rest) : undefined };
  }
  if (!/^s3:/i.test(written)) throw new Error('must begin with file:/// or s3://');
  const [, key = '', secret = '', host = '', bucket = '', folder = '', query = ''] = shape.exec(written) ?? [];
  if (!key) throw new Error(`must look like ${wanted} (in key and secret write @ as %40 and % as %25)`);
  const { region, scheme } = readQuery(query);
  if (!URL.canParse(`${scheme}://${host}`)) throw new Error('must name a host, for example s3.example.org:9000');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new Error('must name a bucket: 3 to 63 small letters, digits, dots and hyphens');
  return {
    kind: 's3',
    endpoint: `${scheme}://${host}`,
    bucket,
    prefix: readFolder(folder),
    region,
    accessKeyId: decoded(key),
    secretAccessKey: decoded(secret),
  };
}

function readQuery(query: string): { region: string; scheme: 'http' | 'https' } {
  const given = new URLSearchParams(query);
  const stranger = [...given.keys()].some((name) => name !== 'region' && name !== 'tls');
  if (stranger) throw new Error('takes the parameters region and tls, and no others');
  const region = given.get('region') || 'us-east-1';
  if (!/^[a-z0-9-]{2,40}$/i.test(region)) throw new Error('must name a region such as eu-central-1');
  const tls = given.get('tls') ?? 'true';
  if (tls !== 'true' && tls !== 'false') throw new Error('must say tls=true or tls=false');
  return { region, scheme: tls === 'true' ? 'https' : 'http' };
}

function readFolder(written: string): string {
  const parts = written.split('/').filter(Boolean);
  if (parts.some((part) => !/^[\w-][\w.-]*$/.test(part)))
    throw new Error('may name a folder of letters, digits, dots, hyphens and underscores behind the bucket');
  return parts.map((part) => `${part}/`).join('');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error('must have % written as %25 in key and secret');
  }
}
