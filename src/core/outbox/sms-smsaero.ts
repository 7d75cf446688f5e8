// SMS by SMSAero v2: POST sms/send as JSON, answer {success, data: {id, status}, message}; the mirrors are its own. Never plain http.
import type { SmsConfig } from './settings.ts';
import { basicAuth, jsonObject, type SmsProvider } from './sms-provider.ts';

const mirrors = ['https://gate.smsaero.ru/v2', 'https://gate.smsaero.org/v2', 'https://gate.smsaero.net/v2'];
// Status 6 is "rejected" in three clients that do not know each other.
const rejected = 6;

/** Builds the provider. */
export function smsaero({ smsaero: account, apiUrl }: SmsConfig): SmsProvider {
  const { email = '', apiKey = '', sign = '' } = account ?? {};
  return {
    knowsRepeats: false,
    calls: ({ to, text, reportTo }) =>
      (apiUrl ? [apiUrl] : mirrors).map((base) => ({
        url: `${base}/sms/send`,
        reach: 'configured' as const,
        headers: { 'Content-Type': 'application/json', Authorization: basicAuth(email, apiKey) },
        body: JSON.stringify({
          number: to.replace(/^\+/, ''),
          sign,
          text,
          ...(reportTo ? { callbackUrl: reportTo, callbackFormat: 'JSON' } : {}),
        }),
      })),
    judge({ status, text }) {
      const said = jsonObject(text);
      const reply = `${status} ${wordsOf(said, text)}`;
      if (status === 401 || status === 403 || /invalid credentials/i.test(String(said?.message)))
        return { kind: 'login', reply, id: null };
      if (status < 200 || status >= 300) return { kind: 'refused', reply, id: null };
      // Older answers say `result` instead of `success`. Without credit the message itself is not at fault.
      if (said?.result === 'no credits') return { kind: 'login', reply, id: null };
      if (said?.success === false || said?.result === 'reject') return { kind: 'refused', reply, id: null };
      const data = [said?.data].flat()[0] as { id?: unknown; status?: unknown } | null | undefined;
      if (said?.success !== true || (typeof data?.id !== 'number' && typeof data?.id !== 'string'))
        return { kind: 'uncertain', reply, id: null };
      return { kind: data.status === rejected ? 'refused' : 'accepted', reply, id: String(data.id) };
    },
  };
}

function wordsOf(said: Record<string, unknown> | undefined, text: string): string {
  if (!said) return text;
  const fields = said.success === false && said.data ? JSON.stringify(said.data) : '';
  return (
    [said.message, said.result, said.reason, fields].filter((one) => typeof one === 'string' && one).join(' ') || text
  );
}
