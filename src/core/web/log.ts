// One line a request, without what is personal: the path has no query, and links carry their tokens only there.
import type { Core } from '../core.ts';
import { withLogContext } from '../log.ts';
import type { RequestHandler } from './express.ts';

/** Builds the handler that writes a line when an answer has left, and lets every line of the request carry its id. */
export function requestLog(core: Core): RequestHandler {
  return (request, response, next) => {
    const { requestId, method } = request;
    const path = request.path.slice(0, 200);
    const start = performance.now();
    response.setHeader('X-Request-Id', requestId ?? '');
    response.once('close', () => {
      const milliseconds = Math.round(performance.now() - start);
      const line = {
        requestId,
        method,
        path,
        status: response.statusCode,
        milliseconds,
        finished: response.writableFinished,
      };
      if (path === '/healthz' || path === '/readyz') core.log.debug(line, 'request');
      else core.log.info(line, 'request');
    });
    withLogContext({ requestId }, () => next());
  };
}
