// The virus scanner, where one is configured: what comes from outside is kept only when it was found clean. Its rule: what could not
// be checked is refused, unless the configuration says that it is kept.
import { Readable } from 'node:stream';
import type { AntivirusConfig } from '../config/config.ts';
import { invalid, type StewardError, tooLarge, unavailable } from '../errors.ts';
import { childLog } from '../log.ts';
import { ClamdScan, pingClamd, type Verdict } from './clamd.ts';

/** The scanner as the doors use it. */
export interface Antivirus {
  /** Throws invalid naming the field for what is infected, 413 for what the scanner does not take, 503 when it gives no verdict. */
  mustBeClean(bytes: Uint8Array, field: string): Promise<void>;
  /** Passes a stream on and shows it to the scanner; it fails before its end, as `mustBeClean` does, unless it is clean. */
  follow(source: Readable): Readable;
  isThere(): Promise<boolean>;
}

const log = childLog({ part: 'antivirus' });
const pieceBytes = 1024 * 1024;

/** Opens the scanner; without one everything passes. */
export function openAntivirus(config: AntivirusConfig | undefined): Antivirus {
  if (!config) return { mustBeClean: async () => {}, follow: (source) => source, isThere: async () => true };
  return {
    async mustBeClean(bytes, field) {
      for await (const _ of scanned(config, pieces(bytes), field));
    },
    follow: (source) =>
      Readable.from(scanned(config, source.iterator({ destroyOnReturn: false }), 'file'), { objectMode: false }),
    isThere: () => pingClamd(config.address),
  };
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** Yields the pieces of a source; before the end comes the verdict. */
async function* scanned(
  config: AntivirusConfig,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  field: string,
): AsyncGenerator<Uint8Array> {
  const scan = await orDoubt(config, ClamdScan.open(config.address));
  try {
    for await (const piece of source) {
      await scan?.write(piece);
      yield piece;
    }
    if (scan) judge(config, await orDoubt(config, scan.finish()), field);
  } finally {
    scan?.close();
  }
}

// Undefined: nobody knows, and the configuration wants it kept.
async function orDoubt<T>(config: AntivirusConfig, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    log.error({ err: error }, 'the virus scanner gives no verdict');
    if (config.whenAway === 'keep') return undefined;
    throw unavailable('Files cannot be checked for viruses at the moment. Please try again later.', error);
  }
}

function judge(config: AntivirusConfig, verdict: Verdict | undefined, field: string): void {
  const refusal = refusalOf(verdict, field);
  if (!refusal) return;
  log.warn({ verdict, field }, 'the virus scanner did not pass a file');
  if (verdict?.kind === 'too-large' && config.whenAway === 'keep') return;
  throw refusal;
}

function refusalOf(verdict: Verdict | undefined, field: string): StewardError | undefined {
  if (verdict?.kind === 'too-large') return tooLarge('The file is larger than the virus scanner takes.');
  if (verdict?.kind !== 'found') return undefined;
  const name = verdict.name.replace(/[^\x20-\x7e]/g, '').slice(0, 100);
  return invalid(`The virus scanner found ${name} in this file.`, { [field]: `contains ${name}` });
}
