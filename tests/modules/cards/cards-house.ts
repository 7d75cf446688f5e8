// A whole Steward with the cards module for one test file, and people of the public who speak to its endpoint as their clients do.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect } from 'vitest';
import { fromBuffer } from 'yauzl';
import { systemActor } from '../../../src/core/index.ts';
import { codesOf, createBatch, makeCodes } from '../../../src/modules/cards/batches.ts';
import cards from '../../../src/modules/cards/module.ts';
import { type House, openHouseOf } from '../../kit/house.ts';
import { type Answered, Visitor } from '../../kit/http.ts';
import { until } from '../../kit/until.ts';

export type { House };

/** Opens the house. */
export const openHouse = (settings: Record<string, string> = {}): Promise<House> =>
  openHouseOf([cards], { PUBLIC_URL: 'https://cards.example.org', ...settings });

/** One answer of the endpoint. */
export type Wire = Record<string, unknown> & { error: number };

/** Somebody with a client: no browser's headers, one cookie. */
export class Person extends Visitor {
  readonly email = `${randomBytes(6).toString('hex')}@example.org`;
  readonly pwd = createHash('md5').update(this.email).digest('hex');

  /** Calls an action; the answer is always HTTP 200 and JSON with both times. */
  async act(action: string, input: object = {}): Promise<Wire> {
    const answer = await this.post('/api/courtesy', { action, version: 2, ...input }, program);
    return wireOf(answer);
  }

  /** Calls an action again for as long as the answer is that too much is going on, as clients do. */
  async persist(action: string, input: object = {}): Promise<Wire> {
    for (let n = 0; n < 60; n += 1) {
      const answer = await this.act(action, input);
      if (answer.error !== 503) return answer;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`${action} found no answer`);
  }

  async register(): Promise<this> {
    const answer = await this.persist('user_register', { account: { email: this.email, pwd: this.pwd } });
    if (answer.error !== 0) throw new Error(`not registered: ${JSON.stringify(answer)}`);
    return this;
  }

  /** Uploads a file under a field's name. */
  async upload(kind: string, field: string, file: { bytes: Buffer; type: string; name?: string }): Promise<Wire> {
    return wireOf(await this.send('POST', `/upload/${kind}`, multipart(field, file)));
  }
}

/** Headers of a client that is no browser. */
export const program = { origin: undefined, 'sec-fetch-site': undefined, 'sec-fetch-mode': undefined };

function wireOf({ status, json, text }: Answered): Wire {
  if (
    status !== 200 ||
    typeof json?.error !== 'number' ||
    json.time !== json.timestamp ||
    typeof json.time !== 'number'
  )
    throw new Error(`no answer of the wire: ${status} ${text.slice(0, 200)}`);
  return json as Wire;
}

/** Builds a multipart request with one file. */
export function multipart(
  field: string,
  { bytes, type, name = 'file' }: { bytes: Buffer; type: string; name?: string },
) {
  const boundary = randomBytes(8).toString('hex');
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
  return {
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    headers: { ...program, 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

/** Registers somebody new. */
export function newPerson(house: House): Promise<Person> {
  return new Person(house.web).register();
}

/** Makes codes and returns their ids. */
export async function newCodes(house: House, count: number, channel = 1): Promise<string[]> {
  const batch = await house.core.transaction(systemActor, (work) => createBatch(work, { ordered: count, channel }));
  await makeCodes(house.core, batch.id);
  const ids: string[] = [];
  for await (const { uniqueId } of codesOf(house.core.db, batch.id)) ids.push(uniqueId);
  return ids;
}

/** Publishes a card and returns its token. */
export async function publish(person: Person, more: Record<string, unknown> = {}): Promise<string> {
  const token = String(more.token ?? randomUUID().toUpperCase());
  const card_info = {
    token,
    local_template: { content: 'Happy birthday' },
    is_editable: true,
    is_public: true,
    ...more,
  };
  const answer = await person.persist('card_create', { card_info });
  if (answer.error !== 0) throw new Error(`not published: ${JSON.stringify(answer)}`);
  return token;
}

/** Draws a picture of one colour. */
export function picture(width: number, height: number, background = '#336699') {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** Returns the paths of all kept files. */
export function keptFiles(house: House): string[] {
  const folder = path.join(house.core.config.dataDir, 'files');
  if (!existsSync(folder)) return [];
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true }) as {
      isFile(): boolean;
      parentPath: string;
      name: string;
    }[]
  )
    .filter((one) => one.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}

/** Reads a ZIP archive: its files by their names. */
export async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on('entry', (entry) =>
        zip.openReadStream(entry, (failure, stream) => {
          if (failure) return reject(failure);
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('end', () => {
            found.set(entry.fileName, Buffer.concat(chunks));
            zip.readEntry();
          });
        }),
      );
      zip.on('end', () => resolve());
      zip.readEntry();
    });
  });
  return found;
}

/** Asserts that a page of a telephone has no fault that axe finds, and that nothing hangs over its edge. */
export async function mustBeAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate('axe.run({ runOnly: ["wcag2a", "wcag2aa"] })');
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  const width = await page.evaluate('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(390);
}

/** Waits until a picture of a page is there, this many pixels wide. Asked from outside: the pages let nothing be evaluated within them. */
export async function mustShow(page: Page, selector: string, width: number): Promise<void> {
  const shown = () =>
    page.locator(selector).evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
  await until(async () => (await shown()) === width);
}
