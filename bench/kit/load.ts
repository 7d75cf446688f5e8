// Load on an HTTP server: so many clients, each with one connection kept open and one request at a time. Bytes are written and read on bare
// sockets, so that the client's own work stays small beside that of the servers that are compared.
import { connect, type Socket } from 'node:net';
import type { Amount } from './compare.ts';

/** One request; `client` and `turn` count from 0. */
export interface Call {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

export interface LoadOptions {
  base: string;
  clients: number;
  /** Requests altogether. */
  requests: number;
  call(client: number, turn: number): Call;
  /** Throws when an answer is not what it must be; every answer is looked at. */
  check(answer: HttpAnswer): void;
}

export interface HttpAnswer {
  status: number;
  body: string;
}

/** Sends the requests and returns how many a second were answered rightly, with the times of the middle and the slowest hundredth in ms. */
export async function load({ base, clients, requests, call, check }: LoadOptions): Promise<Amount> {
  const { hostname, port, host } = new URL(base);
  const times: number[] = [];
  let begun = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const wire = new Wire(hostname, Number(port));
      for (let turn = 0; begun < requests; turn += 1) {
        begun += 1;
        const bytes = written(host, call(client, turn));
        const sent = performance.now();
        const answer = await wire.ask(bytes);
        times.push(performance.now() - sent);
        check(answer);
      }
      wire.close();
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { done: times.length, seconds, figures: { 'p50 ms': at(0.5), 'p99 ms': at(0.99) } };
}

function written(host: string, { method = 'GET', path, headers = {}, body }: Call): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const all = {
    host,
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`;
}

/** A connection that is opened anew when the server ends it. */
class Wire {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #settle: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | undefined;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  ask(bytes: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#settle?.reject(error));
    socket.on('close', () => this.#settle?.reject(new Error('the server hung up')));
    this.#received = Buffer.alloc(0);
    return socket;
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    if (length === undefined) {
      this.#settle?.reject(new Error(`an answer without a length: ${head}`));
      return;
    }
    const whole = end + 4 + Number(length);
    if (this.#received.length < whole) return;
    const answer = { status: Number(head.slice(9, 12)), body: this.#received.toString('utf8', end + 4, whole) };
    this.#received = this.#received.subarray(whole);
    const settle = this.#settle;
    this.#settle = undefined;
    // After so many requests on one connection a server says that this was the last.
    if (/^connection: close/im.test(head)) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    settle?.resolve(answer);
  }
}
