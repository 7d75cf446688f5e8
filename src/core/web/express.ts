// The only room that imports Express: the rest builds on what it hands out, so that a change of version is felt in one place.
import { randomUUID } from 'node:crypto';
import express from 'express';
import type { Actor } from '../access.ts';
import type { Row } from '../model.ts';
import type { Language } from '../words/language.ts';
import type { Words } from '../words/sentences.ts';

export type { Express, NextFunction, Request, RequestHandler, Response, Router } from 'express';

/** An operator with the role as it is now. */
export type OperatorWithRole = Row<'Operator'> & { role: Row<'Role'> };

declare global {
  namespace Express {
    interface Request {
      /** Names the request in the log and in the answer to a fault. */
      requestId?: string;
      /** Set behind the panel's gate. */
      actor?: Actor;
      /** Set behind the panel's gate. */
      operator?: OperatorWithRole;
      /** What the reader reads; set for every request of the panel. */
      words?: Words;
      /** The language that was chosen on a page before anybody signed in. */
      chosenLanguage?: Language;
      /** The nonce of the page's content security policy. */
      nonce?: string;
    }
  }
}

/** Builds an application that believes exactly so many proxies and tells nothing of itself. */
export function newApp(trustProxy: number): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trustProxy);
  app.set('env', 'production');
  app.use((request, _response, next) => {
    request.requestId = randomUUID();
    next();
  });
  return app;
}

/** Builds a router; paths are case-sensitive, so that one address has one spelling. */
export function newRouter(): express.Router {
  return express.Router({ caseSensitive: true });
}

/** Serves the files of a folder; dot files and folders do not exist. */
export function staticFiles(folder: string, maxAgeSeconds: number): express.RequestHandler {
  return express.static(folder, {
    dotfiles: 'ignore',
    index: false,
    redirect: false,
    fallthrough: true,
    maxAge: maxAgeSeconds * 1000,
  });
}
