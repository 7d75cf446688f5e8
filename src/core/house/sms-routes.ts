// The street doors at which providers of SMS report what arrived. Each speaks its provider's own manner; none tells what we know.
import { z } from 'zod';
import { isSignedWebhook } from '../../lib/standard-webhooks.ts';
import { isTwilioSignature } from '../../lib/twilio-signature.ts';
import { systemActor } from '../access.ts';
import { notFound, unauthenticated } from '../errors.ts';
import { askSmsaero, reportSms, smsaeroToken } from '../outbox/sms-reports.ts';
import { Answer, route } from '../route.ts';

const often = [{ name: 'sms-reports', points: 3_000, seconds: 60 }];
const text = z.string().max(2_000);

/** Takes reports of a gateway of one's own, signed by Standard Webhooks with SMS_WEBHOOK_SECRET. */
export const takeSmsReport = route({
  method: 'post',
  path: '/api/sms/reports',
  summary: 'Takes what became of an SMS from a gateway of your own (Standard Webhooks, SMS_WEBHOOK_SECRET)',
  body: z.object({
    id: text.min(1).meta({ description: 'Our id, or the id that the gateway has answered.' }),
    state: z.enum(['delivered', 'undelivered']),
    reason: text.default(''),
  }),
  keepsRaw: true,
  limits: often,
  async handle({ body, raw, header, core }) {
    const { webhookSecret } = core.config.sms;
    if (!webhookSecret) throw notFound('Nobody may report here: SMS_WEBHOOK_SECRET is not set.');
    const headers = {
      'webhook-id': header('webhook-id'),
      'webhook-timestamp': header('webhook-timestamp'),
      'webhook-signature': header('webhook-signature'),
    };
    if (!isSignedWebhook(webhookSecret, headers, raw)) throw unauthenticated('The signature does not fit.');
    return { known: await reportSms(core, { id: body.id, outcome: body.state, reason: body.reason }) };
  },
});

const twilioEnds = ['delivered', 'undelivered', 'failed'];

/** Takes Twilio's status callbacks; the signature is checked against PUBLIC_URL. */
export const takeTwilioReport = route({
  method: 'post',
  path: '/api/sms/reports/twilio',
  summary: 'Takes status callbacks of Twilio (X-Twilio-Signature)',
  body: z.record(z.string().max(100), text),
  accepts: ['form'],
  maxBytes: 50_000,
  limits: often,
  async handle({ body, header, core }) {
    const { provider, twilio } = core.config.sms;
    if (provider !== 'twilio') throw notFound();
    const url = `${core.config.publicUrl}/api/sms/reports/twilio`;
    if (!isTwilioSignature(twilio?.authToken ?? '', url, body, header('x-twilio-signature') ?? ''))
      throw unauthenticated('The signature does not fit.');
    const { MessageSid: id = '', MessageStatus: status = '', ErrorCode: code = '' } = body;
    if (id && twilioEnds.includes(status)) {
      const outcome = status === 'delivered' ? 'delivered' : 'undelivered';
      await reportSms(core, { id, outcome, reason: `Twilio: ${status} ${code}` });
    }
    return new Answer(204, undefined);
  },
});

/** Takes SMSAero's callbacks. They are not signed, so they only make us ask SMSAero itself. */
export const takeSmsaeroReport = route({
  method: 'post',
  path: '/api/sms/reports/smsaero/:token',
  summary: 'Takes callbacks of SMSAero and asks it for the status',
  params: z.object({ token: z.string().max(64) }),
  body: z.looseObject({ id: z.union([z.number().int(), z.string().regex(/^\d{1,20}$/)]).optional() }),
  accepts: ['json', 'form', 'multipart'],
  maxBytes: 50_000,
  limits: often,
  async handle({ params, body, core }) {
    if (core.config.sms.provider !== 'smsaero' || params.token !== smsaeroToken(core)) throw notFound();
    if (body.id !== undefined) {
      const id = String(body.id);
      await core.transaction(systemActor, (work) => work.enqueue(askSmsaero, { id }, { key: `smsaero:${id}` }));
    }
    return { success: true };
  },
});
