// The street doors of the outbox: where people leave, and where providers report what came back.
import { z } from 'zod';
import { isSignedWebhook } from '../../lib/standard-webhooks.ts';
import { notFound, StewardError, unauthenticated } from '../errors.ts';
import { type Bounce, bounceSchema, reportBounce } from '../outbox/bounces.ts';
import { readUnsubscribe, unsubscribe } from '../outbox/unsubscribe.ts';
import { unsubscribePage } from '../outbox/unsubscribe-page.ts';
import { Answer, route } from '../route.ts';
import { contentPolicy } from '../web/headers.ts';

const token = z.object({ t: z.string().max(1_000) });
const leaving = [{ name: 'unsubscribe', points: 300, seconds: 60 }];
const mostEvents = 500;

function page(status: number, html: string): Answer {
  return new Answer(status, html, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': contentPolicy(),
    'Referrer-Policy': 'no-referrer',
  });
}

// A person reads this answer, not a program.
async function inHtml(language: string, answer: () => Promise<Answer> | Answer): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof StewardError) || error.status !== 404) throw error;
    return page(404, unsubscribePage(language, 'unknown'));
  }
}

/** Shows what leaving means; changes nothing, however often scanners of mails read it. */
export const askToLeave = route({
  method: 'get',
  path: '/unsubscribe',
  summary: 'Shows the page on which somebody unsubscribes',
  query: token,
  limits: leaving,
  handle: ({ query, language, core }) =>
    inHtml(language, () => page(200, unsubscribePage(language, 'ask', readUnsubscribe(core.config, query.t).hint))),
});

/** Unsubscribes, by the page's button or by a mail program's one click (RFC 8058): no cookie, no redirect, as often as one likes. */
export const leave = route({
  method: 'post',
  path: '/unsubscribe',
  summary: 'Unsubscribes (RFC 8058)',
  query: token,
  body: z.looseObject({}),
  accepts: ['form', 'multipart'],
  maxBytes: 10_000,
  limits: leaving,
  handle: ({ query, language, core }) =>
    inHtml(language, async () => {
      const { hint } = readUnsubscribe(core.config, query.t);
      await unsubscribe(core, query.t);
      return page(200, unsubscribePage(language, 'done', hint));
    }),
});

/** Takes reports of bounces and complaints, one or several, signed by Standard Webhooks with BOUNCE_SECRET. */
export const takeBounces = route({
  method: 'post',
  path: '/api/bounces',
  summary: 'Takes reports of messages that came back (Standard Webhooks, BOUNCE_SECRET)',
  body: z.union([z.object({ events: z.array(bounceSchema).min(1).max(mostEvents) }), bounceSchema]),
  keepsRaw: true,
  limits: [{ name: 'bounces', points: 600, seconds: 60 }],
  async handle({ body, raw, header, core }) {
    const { bounceSecret } = core.config;
    if (!bounceSecret) throw notFound('Nobody may report bounces here: BOUNCE_SECRET is not set.');
    const headers = {
      'webhook-id': header('webhook-id'),
      'webhook-timestamp': header('webhook-timestamp'),
      'webhook-signature': header('webhook-signature'),
    };
    if (!isSignedWebhook(bounceSecret, headers, raw)) throw unauthenticated('The signature does not fit.');
    const events: Bounce[] = 'events' in body ? body.events : [body];
    let known = 0;
    for (const event of events) if (await reportBounce(core, event)) known += 1;
    return { taken: events.length, unknown: events.length - known };
  },
});
