// SMS by Twilio: POST Accounts/{sid}/Messages.json as a form, 201 with a `sid` (twilio-oai, API version 2010-04-01). It knows no repeats.
import type { SmsConfig } from './settings.ts';
import { basicAuth, jsonObject, type SmsProvider } from './sms-provider.ts';

/** Builds the provider. */
export function twilio({ twilio: account, apiUrl }: SmsConfig): SmsProvider {
  const { accountSid = '', authToken = '', from = '' } = account ?? {};
  const base = apiUrl ?? 'https://api.twilio.com';
  return {
    knowsRepeats: false,
    calls({ to, text, reportTo }) {
      const sender: [string, string] = /^MG[0-9a-f]{32}$/i.test(from) ? ['MessagingServiceSid', from] : ['From', from];
      return [
        {
          url: `${base}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`,
          reach: 'configured',
          headers: {
            'Content-Type': 'application/x-www-form-urlencoded',
            Authorization: basicAuth(accountSid, authToken),
          },
          body: new URLSearchParams([
            ['To', to],
            sender,
            ['Body', text],
            ...(reportTo ? [['StatusCallback', reportTo]] : []),
          ]).toString(),
        },
      ];
    },
    judge({ status, text }) {
      const said = jsonObject(text);
      const reply = `${status} ${String(said?.message ?? said?.error_message ?? said?.status ?? text)}`;
      if (status === 401 || status === 403) return { kind: 'login', reply, id: null };
      if (status < 200 || status >= 300) return { kind: 'refused', reply, id: null };
      if (typeof said?.sid !== 'string') return { kind: 'uncertain', reply, id: null };
      return { kind: said.status === 'failed' ? 'refused' : 'accepted', reply, id: said.sid };
    },
  };
}
