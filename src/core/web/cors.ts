// Which other sites' scripts may call the public API: those of CORS_ORIGINS, for GET and POST alike, never with cookies.
import type { Core } from '../core.ts';
import type { Request, Response } from './express.ts';

const tokenList = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;

/** Sets the headers that let an allowed origin read the answer, with the `exposed` headers of its route. */
export function allowOrigin(core: Core, request: Request, response: Response, exposed: readonly string[] = []): void {
  const { origin } = request.headers;
  const { corsOrigins } = core.config;
  if (corsOrigins.includes('*')) response.setHeader('Access-Control-Allow-Origin', '*');
  else {
    response.vary('Origin');
    if (origin === undefined || !corsOrigins.includes(origin)) return;
    response.setHeader('Access-Control-Allow-Origin', origin);
  }
  response.setHeader('Access-Control-Expose-Headers', ['Retry-After', 'X-Request-Id', ...exposed].join(', '));
}

/** Answers OPTIONS of a path that knows `methods`; nothing else happens. */
export function answerPreflight(request: Request, response: Response, methods: readonly string[]): void {
  const asked = request.headers['access-control-request-headers'];
  response.setHeader('Allow', methods.join(', '));
  if (response.hasHeader('Access-Control-Allow-Origin')) {
    response.setHeader('Access-Control-Allow-Methods', methods.join(', '));
    response.setHeader('Access-Control-Max-Age', '600');
    if (typeof asked === 'string' && asked.length < 500 && tokenList.test(asked))
      response.setHeader('Access-Control-Allow-Headers', asked);
    response.vary('Access-Control-Request-Headers');
  }
  response.status(204).end();
}
