// A web server over a test's core, and three ways to speak to it: as a browser's page would, as anybody, and byte by byte.
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Core } from '../../src/core/core.ts';
import type { Express, Router } from '../../src/core/web/express.ts';
import { buildWeb } from '../../src/core/web/web.ts';

/** A running server on a port of its own. */
export interface TestWeb {
  url: string;
  port: number;
  server: Server;
  close(): Promise<void>;
}

/** Opens a server over the core on loopback. */
export async function openTestWeb(core: Core, panel?: Router): Promise<TestWeb> {
  return openApp(buildWeb(core, { panel }));
}

/** Opens a server for any application. */
export async function openApp(app: Express): Promise<TestWeb> {
  const server = createServer({ requestTimeout: 30_000 }, app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer with its body as text. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when it is none. */
  json: Record<string, unknown> | undefined;
}

type Body = string | Buffer | URLSearchParams;

function exchange(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Body | undefined,
): Promise<Answered> {
  const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(body.toString());
  const form = body instanceof URLSearchParams ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const length = bytes ? { 'content-length': String(bytes.length) } : {};
  return new Promise((resolve, reject) => {
    const sent = request(
      { port, host: '127.0.0.1', method, path, headers: { ...form, ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const received = new Headers();
          for (let i = 0; i < response.rawHeaders.length; i += 2)
            received.append(response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '');
          resolve({ status: response.statusCode ?? 0, headers: received, text, json: asJson(text) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(bytes);
  });
}

/** Somebody with cookies. Requests look like those of our own pages unless other headers are given. */
export class Visitor {
  readonly web: Pick<TestWeb, 'url' | 'port'>;
  cookie = '';

  constructor(web: Pick<TestWeb, 'url' | 'port'>) {
    this.web = web;
  }

  /** Sends a request and reads the answer; redirects are not followed. A header given as undefined is left out. */
  async send(
    method: string,
    path: string,
    options: { body?: Body; headers?: Record<string, string | undefined> } = {},
  ): Promise<Answered> {
    const own = {
      origin: this.web.url,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
      cookie: this.cookie || undefined,
    };
    const headers = Object.entries({ ...own, ...options.headers }).filter(
      (one): one is [string, string] => one[1] !== undefined,
    );
    // Not fetch, which writes Fetch Metadata of its own.
    const answer = await exchange(this.web.port, method, path, Object.fromEntries(headers), options.body);
    for (const cookie of answer.headers.getSetCookie()) this.cookie = cookie.split(';')[0] ?? '';
    return answer;
  }

  get(path: string, headers?: Record<string, string | undefined>): Promise<Answered> {
    return this.send('GET', path, { headers });
  }

  /** Posts JSON. */
  post(path: string, body: unknown, headers?: Record<string, string | undefined>): Promise<Answered> {
    return this.send('POST', path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  /** Posts a form as a page without script does. */
  form(path: string, fields: Record<string, string>, headers?: Record<string, string | undefined>): Promise<Answered> {
    return this.send('POST', path, {
      body: new URLSearchParams(fields),
      headers: { 'sec-fetch-mode': 'navigate', ...headers },
    });
  }

  async signIn(email: string, password: string): Promise<Answered> {
    return this.form('/admin/login', { email, password });
  }
}

function asJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the pieces one after the other over a bare socket and returns the status line's number; 0 when the server only hung up. */
export async function rawRequest(
  port: number,
  pieces: readonly (string | Buffer)[],
  options: { hangUp?: boolean } = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = () => resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text });
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', done);
    socket.on('connect', async () => {
      for (const piece of pieces) {
        if (socket.destroyed) break;
        socket.write(piece);
        await new Promise((next) => setTimeout(next, 10));
      }
      if (options.hangUp) socket.destroy();
    });
  });
}

/** Returns a fingerprint of every row of these tables: equal before and after means that nothing was changed. */
export async function fingerprint(core: Core, tables: readonly string[]): Promise<string> {
  const each = tables.map(
    (table) =>
      `SELECT '${table} ' || count(*) || ':' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS print FROM "${table}" t`,
  );
  const { rows } = await core.database.pool.query<{ print: string }>(each.join(' UNION ALL '));
  return rows.map(({ print }) => print).join('\n');
}
