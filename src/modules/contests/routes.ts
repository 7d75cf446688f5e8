// All doors to the street of this module: the wire contract, the draws' protocols, and the stand-in for the operator.
import { z } from 'zod';
import { Answer, type LimitRule, route } from '../../core/index.ts';
import { drawNews, protocolOf } from './protocols.ts';
import { contractRoutes, mustBeDevelopment } from './public-routes.ts';
import { takeTestSending } from './test-sending.ts';
import { languageOf } from './words.ts';

const reading: LimitRule = { name: 'contests.draws', points: 120, seconds: 60 };
const drawId = z.object({ id: z.string().max(64) });

const draw = route({
  method: 'get',
  path: '/api/draws/:id',
  summary: 'What is public of a draw: that it is frozen, by which fingerprint, and whether it is done',
  params: drawId,
  limits: [reading],
  handle: ({ core, params }) => drawNews(core, params.id),
});

const protocol = route({
  method: 'get',
  path: '/api/draws/:id/protocol',
  summary: 'The protocol of a draw; `steward contests:verify-draw FILE` draws again from it',
  params: drawId,
  limits: [reading],
  async handle({ core, params }) {
    const body = JSON.stringify(await protocolOf(core, params.id), undefined, 2);
    return new Answer(200, body, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': `attachment; filename="draw-${params.id}.json"`,
    });
  },
});

const testCreate = route({
  method: 'post',
  path: '/api/test/create/',
  summary: 'Stand-in for the operator, in development only: keeps what it gets',
  body: z.looseObject({}),
  accepts: ['json', 'form', 'multipart'],
  maxBytes: 50_000,
  maxFiles: 0,
  limits: [{ name: 'contests.test', points: 600, seconds: 60 }],
  async handle({ core, body, header, language }) {
    mustBeDevelopment(core);
    const own = languageOf(header('accept-language'), language, 'ru');
    return new Answer(201, await takeTestSending(core, body, own, header('webhook-signature')));
  },
});

/** All routes of the module. */
export const routes = [...contractRoutes, draw, protocol, testCreate];
