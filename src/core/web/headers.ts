// The headers of every answer: nothing is sniffed, framed, leaked to other sites or kept by caches unless a room says otherwise.
import compressionMiddleware from 'compression';
import helmet from 'helmet';
import type { Core } from '../core.ts';
import type { RequestHandler, Response } from './express.ts';

/** The policy of pages without any script of their own: what is not from here does not load, and nobody frames us. */
const pagePolicy: Record<string, readonly string[]> = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'media-src': ["'self'", 'blob:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** Writes a content security policy, `changes` over the strict one of pages. */
export function contentPolicy(changes: Readonly<Record<string, readonly string[]>> = {}): string {
  return Object.entries({ ...pagePolicy, ...changes })
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}

/** Builds the handler that sets the headers of every answer. */
export function securityHeaders(core: Core): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    crossOriginEmbedderPolicy: false,
    // The public API is called from other origins; what may read it is said by CORS.
    crossOriginResourcePolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    // "no-referrer" would make browsers send "Origin: null" with our own forms, which the origin check refuses.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: core.config.publicUrl.startsWith('https:')
      ? { maxAge: 63_072_000, includeSubDomains: false }
      : false,
  });
}

/** Marks an answer as personal: no cache keeps it. */
export function neverCache(response: Response): void {
  response.setHeader('Cache-Control', 'no-store');
}

/** Builds the handler that compresses text; what is precompressed already passes through. */
export function compression(): RequestHandler {
  return compressionMiddleware({ threshold: 1024 });
}
