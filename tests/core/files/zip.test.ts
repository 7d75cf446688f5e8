// ZIP streams: names are safe and unique, one entry is in memory at a time, and both ends may break off.

import { buffer } from 'node:stream/consumers';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ZipEntry, zipStream } from '../../../src/core/files/zip.ts';
import { until } from '../../kit/until.ts';

/** Reads an archive by its central directory (APPNOTE 4.3). */
function unzip(zip: Buffer): { name: string; text: string; method: number }[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const [method, size, nameLength, more] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
    ];
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const data = zip.subarray(start, start + size);
    at += 46 + nameLength + more + zip.readUInt16LE(at + 32);
    return { name, text: (method === 8 ? inflateRawSync(data) : data).toString(), method };
  });
}

const entry = (name: string, text = name): ZipEntry => ({ name, bytes: Buffer.from(text) });

describe('a ZIP stream', () => {
  it('has every entry under a safe name of its own', async () => {
    const names = [
      '王小明.png',
      '../../etc/passwd',
      'a.txt',
      'A.TXT',
      'a.txt',
      '/abs\\path.pdf',
      '',
      'con.txt',
      'x\0y\u202e.txt',
    ];
    const entries = unzip(await buffer(zipStream(names.map((name) => entry(name)))));
    expect(entries.map((one) => one.name)).toEqual([
      '王小明.png',
      'etc-passwd',
      'a.txt',
      'A (2).TXT',
      'a (3).txt',
      'abs-path.pdf',
      'file',
      '_con.txt',
      'xy.txt',
    ]);
    expect(entries.map((one) => one.text)).toEqual(names);
    expect(entries.map((one) => one.method)).toEqual([0, 8, 8, 8, 8, 0, 8, 8, 8]);
  });

  it('of nothing is an archive too, and so is one with an empty file', async () => {
    expect(unzip(await buffer(zipStream([])))).toEqual([]);
    expect(unzip(await buffer(zipStream([entry('a', '')])))).toMatchObject([{ name: 'a', text: '' }]);
  });

  it('asks for the next entry only when there is room for it', async () => {
    let asked = 0;
    async function* many() {
      for (let i = 0; i < 50; i += 1) {
        asked += 1;
        yield { name: `${i}.png`, bytes: Buffer.alloc(1_000_000, i) };
      }
    }
    const zip = zipStream(many());
    await new Promise((done) => setTimeout(done, 200));
    expect(asked).toBeLessThan(4);
    expect(unzip(await buffer(zip))).toHaveLength(50);
    expect(asked).toBe(50);
  });

  it('ends with the error of its source', async () => {
    async function* failing() {
      yield entry('a');
      throw new Error('the source broke');
    }
    await expect(buffer(zipStream(failing()))).rejects.toThrow('the source broke');
  });

  it('stops its source when the reader leaves', async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (let i = 0; ; i += 1) yield { name: `${i}.png`, bytes: Buffer.alloc(1_000_000) };
      } finally {
        isClosed = true;
      }
    }
    const zip = zipStream(endless());
    for await (const _ of zip) break;
    await until(() => isClosed);
  });
});
