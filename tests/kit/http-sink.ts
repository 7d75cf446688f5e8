// A real HTTP server on loopback that keeps what it is sent and answers as it is told: refusals, silence, redirects, garbage.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the sink has taken, whole. */
export interface TakenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How a request is answered; a function may do what it likes with the answer, also nothing. */
export type SinkAnswer =
  | { status: number; body?: string; headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

/** A running sink. */
export interface HttpSink {
  url: string;
  port: number;
  taken: TakenRequest[];
  stop(): Promise<void>;
}

/** Starts a sink; `answer` says what each request gets, by default 200 and `{}`. */
export async function startHttpSink(
  answer: (request: TakenRequest, times: number) => SinkAnswer = () => ({ status: 200, body: '{}' }),
  host = '127.0.0.1',
): Promise<HttpSink> {
  const taken: TakenRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    taken.push(one);
    const given = answer(one, taken.filter((other) => other.body === one.body).length);
    if (typeof given === 'function') return given(response);
    response.writeHead(given.status, given.headers);
    response.end(given.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    taken,
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
