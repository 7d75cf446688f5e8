// SMS by a gateway of one's own: POST {id, to, text}, signed by Standard Webhooks when there is a secret. Any 2xx is a yes.
import { signWebhook } from '../../lib/standard-webhooks.ts';
import type { SmsConfig } from './settings.ts';
import { jsonObject, type SmsProvider } from './sms-provider.ts';

/** Builds the provider. The address stands in the configuration, so it may be one of the own network. */
export function smsWebhook({ webhookUrl = '', webhookSecret }: SmsConfig): SmsProvider {
  return {
    knowsRepeats: true,
    calls({ id, to, text }, now) {
      const body = JSON.stringify({ id, to, text });
      const signed = webhookSecret ? signWebhook(webhookSecret, id, now, body) : {};
      return [
        {
          url: webhookUrl,
          reach: 'configured',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id, ...signed },
          body,
        },
      ];
    },
    judge({ status, text }) {
      const reply = `${status} ${text}`;
      if (status === 401 || status === 403) return { kind: 'login', reply, id: null };
      if (status < 200 || status >= 300) return { kind: 'refused', reply, id: null };
      const id = jsonObject(text)?.id;
      return { kind: 'accepted', reply, id: typeof id === 'string' || typeof id === 'number' ? String(id) : null };
    },
  };
}
