// Kept files: bytes in a storage, one row each. The rule: bytes first, then the row; a row never lacks its bytes, and bytes
// without a row are swept. A file that no record claims within a day goes.
import type { Readable } from 'node:stream';
import { safeFileName } from '../../lib/file-name.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { notFound, unavailable } from '../errors.ts';
import { childLog, type Log } from '../log.ts';
import type { Row, Transaction } from '../model.ts';
import { signLink, verifyLink } from '../tokens.ts';
import { type Antivirus, openAntivirus } from './antivirus.ts';
import { underHold } from './hold.ts';
import { BytesMissing } from './place.ts';
import { type FileStorage, newKey, openFileStorage } from './storage.ts';
import { type Swept, sweepFiles } from './sweep.ts';

/** The row of a kept file. */
export type StoredFile = Row<'StoredFile'>;

/** The record that a file belongs to. */
export interface FileOwner {
  resource: string;
  recordId: string;
}

/** A file to keep. Name and type are what people see; the place is ours. */
export interface NewFile {
  name: string;
  type: string;
  content: Uint8Array | Readable;
  /** Anybody with the address may read it. */
  isPublic?: boolean;
  /** Swept after this moment, claimed or not. */
  expiresAt?: Date;
  /** Claims it at once. */
  owner?: FileOwner;
  /** Bytes at most; 1 GB by default. */
  maxBytes?: number;
  /** Came from outside as a stream: the virus scanner looks at it on the way. What came in a form was looked at by the door. */
  isUpload?: boolean;
}

/** For whom a link is made, and the mark of their rights: once that is another, the link is not good any more. */
export interface Asker {
  name: string;
  mark: string;
}

/** How a link is made. */
export interface LinkOptions {
  seconds?: number;
  download?: boolean;
  asker?: Asker;
}

/** The query of a link: end, signature, download, asker. */
export interface LinkQuery {
  e?: unknown;
  s?: unknown;
  d?: unknown;
  a?: unknown;
}

/** The files of the installation. */
export interface Files {
  /** Keeps a file; with `tx` its row commits with that transaction. Throws `unavailable` when there is no room. */
  keep(file: NewFile, tx?: Transaction): Promise<StoredFile>;
  /** Binds an unclaimed file to a record, so that it stays. Throws `notFound` when it is gone or is another record's. */
  claim(tx: Transaction, id: string, owner: FileOwner): Promise<StoredFile>;
  /** Returns the row. Throws `notFound`. */
  find(id: string): Promise<StoredFile>;
  /** Returns the row and a stream of the bytes. Throws `notFound`. */
  read(id: string): Promise<{ file: StoredFile; stream: Readable }>;
  /** Returns all bytes. Throws `notFound`. */
  bytes(id: string): Promise<Buffer>;
  /** Removes a file; with `tx` only the row, and the bytes with a later sweep, so that a rollback loses nothing. */
  remove(id: string, tx?: Transaction): Promise<void>;
  /** Removes bytes whose rows are gone, for good and at once; what a row still names stays. Throws `unavailable` while a backup is being made. */
  forget(keys: readonly string[]): Promise<void>;
  /** Makes an address that is good for so many seconds, 300 by default; `download`: saved instead of shown; `asker`: see `askerOf`. */
  link(id: string, options?: LinkOptions): string;
  /** Makes the lasting address of a public file. */
  publicLink(id: string): string;
  /** Tells whether the query of an address is one that `link` made and still good; `mark`: that of the asker it names, as it is now. */
  isLinkGood(id: string, query: LinkQuery, mark?: string): boolean;
  /** Removes expired files, and what belongs to nothing once it is 24 hours old. */
  sweep(options?: { olderThanHours?: number; now?: Date; signal?: AbortSignal }): Promise<Swept>;
  /** Asks the virus scanner, if there is one. Throws invalid naming the field for what it finds, 503 while it is away. */
  mustBeClean(bytes: Uint8Array, field: string): Promise<void>;
  /** Tries the storage. Throws a StartError for a mistake of STORAGE_URL, 503 while it is out of reach. */
  check(): Promise<void>;
  /** Asks whether the virus scanner answers; true where there is none. */
  isScannerThere(): Promise<boolean>;
}

const isId = (id: unknown): id is string => typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id);

/** Builds the files over the storage of STORAGE_URL and the database. */
export function createFiles(options: {
  config: Pick<Config, 'storageUrl' | 'dataDir' | 'appKey' | 'publicUrl'> & Partial<Pick<Config, 'antivirus'>>;
  database: Pick<Database, 'prisma'>;
  log?: Log;
}): Files {
  const { appKey, publicUrl, storageUrl, dataDir } = options.config;
  const db = options.database.prisma;
  const log = options.log ?? childLog({ part: 'files' });
  const lost = (file: StoredFile, error: unknown): never => {
    if (!(error instanceof BytesMissing)) throw error;
    log.error({ err: error, file: file.id }, 'the bytes of a kept file are not there');
    throw notFound('This file does not exist.');
  };
  const storage = openFileStorage(storageUrl, dataDir);
  const antivirus = openAntivirus(options.config.antivirus);
  const find = async (id: string): Promise<StoredFile> => {
    const file = isId(id) ? await db.storedFile.findUnique({ where: { id } }) : null;
    if (!file || (file.expiresAt && file.expiresAt <= new Date())) throw notFound('This file does not exist.');
    return file;
  };
  return {
    find,
    keep: (file, tx = db) => keep(tx, storage, antivirus, file),
    claim,
    read: async (id) => {
      const file = await find(id);
      return { file, stream: await storage.stream(file.key).catch((error) => lost(file, error)) };
    },
    bytes: async (id) => {
      const file = await find(id);
      return storage.bytes(file.key).catch((error) => lost(file, error));
    },
    remove: (id, tx) => remove(db, storage, id, tx),
    forget: (keys) => forget(db, storage, keys),
    link: (id, { seconds = 300, download = false, asker } = {}) => {
      const until = new Date(Date.now() + seconds * 1000);
      const { e, s } = signLink(appKey, 'file', signedText(id, download, asker), until);
      const query = { e, s, ...(download && { d: '1' }), ...(asker && { a: asker.name }) };
      return `${publicUrl}/files/${id}?${new URLSearchParams(query)}`;
    },
    publicLink: (id) => `${publicUrl}/files/${id}`,
    isLinkGood: (id, { e, s, d, a }, mark = '') =>
      verifyLink(appKey, 'file', signedText(id, d === '1', typeof a === 'string' ? { name: a, mark } : undefined), {
        e,
        s,
      }),
    sweep: ({ olderThanHours = 24, now = new Date(), signal } = {}) =>
      sweepFiles(db, storage, { now, before: new Date(now.getTime() - olderThanHours * 3_600_000), signal }),
    mustBeClean: antivirus.mustBeClean,
    check: storage.check,
    isScannerThere: antivirus.isThere,
  };
}

function signedText(id: string, isDownload: boolean, asker: Asker | undefined): string {
  return JSON.stringify([id, isDownload, asker?.name ?? null, asker?.mark ?? null]);
}

async function keep(tx: Transaction, storage: FileStorage, antivirus: Antivirus, file: NewFile): Promise<StoredFile> {
  const key = newKey();
  const isScanned = file.isUpload && !(file.content instanceof Uint8Array);
  if (file.isUpload && file.content instanceof Uint8Array) await antivirus.mustBeClean(file.content, 'file');
  const content = isScanned ? antivirus.follow(file.content as Readable) : file.content;
  const written = await storage.write(key, content, file.maxBytes ?? 1_000_000_000);
  const row = {
    ...written,
    key,
    name: safeFileName(file.name),
    type: file.type.slice(0, 100),
    isPublic: file.isPublic ?? false,
    expiresAt: file.expiresAt ?? null,
    ...(file.owner && { ...file.owner, claimedAt: new Date() }),
  };
  try {
    return await tx.storedFile.create({ data: row });
  } catch (error) {
    await storage.remove(key).catch(() => {});
    throw error;
  }
}

async function claim(tx: Transaction, id: string, owner: FileOwner): Promise<StoredFile> {
  const { resource, recordId } = owner;
  const where = { id, OR: [{ claimedAt: null }, { resource, recordId }] };
  const claimed = isId(id)
    ? await tx.storedFile.updateMany({ where, data: { resource, recordId, claimedAt: new Date() } })
    : { count: 0 };
  if (claimed.count === 0) throw notFound('This file does not exist any more. Please upload it again.');
  return tx.storedFile.findUniqueOrThrow({ where: { id } });
}

async function remove(db: Database['prisma'], storage: FileStorage, id: string, tx?: Transaction): Promise<void> {
  const file = isId(id) ? await (tx ?? db).storedFile.findUnique({ where: { id } }) : null;
  if (!file) return;
  if (tx) {
    await tx.storedFile.deleteMany({ where: { id } });
    return;
  }
  const { isHeld } = await underHold(db, (own) => own.storedFile.deleteMany({ where: { id } }));
  if (!isHeld) await storage.remove(file.key);
}

async function forget(db: Database['prisma'], storage: FileStorage, keys: readonly string[]): Promise<void> {
  const { removed: rows, isHeld } = await underHold(db, (tx) =>
    tx.storedFile.findMany({ where: { key: { in: [...keys] } }, select: { key: true } }),
  );
  if (isHeld) throw unavailable('A backup is being made, which still needs these files.');
  const kept = new Set(rows.map(({ key }) => key));
  for (const key of keys) if (!kept.has(key)) await storage.remove(key);
}
