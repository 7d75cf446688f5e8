// The part of the configuration that concerns what leaves the house: SMS providers, DKIM, quiet hours. See config.ts.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** How SMS leave. */
export interface SmsConfig {
  provider: 'capture' | 'webhook' | 'smsaero' | 'twilio';
  webhookUrl?: string;
  webhookSecret?: string;
  smsaero?: { email: string; apiKey: string; sign: string };
  /** `from` is a number, a sender's name, or a messaging service (MG…). */
  twilio?: { accountSid: string; authToken: string; from: string };
  /** Another address of the provider's interface, for example a mirror. */
  apiUrl?: string;
  /** Messages a second over all instances. */
  rate: number;
  /** Two letters: how numbers without a country code are meant. */
  country?: string;
}

/** The key with which mails are signed. */
export interface Dkim {
  domain: string;
  selector: string;
  /** PEM. */
  privateKey: string;
}

/** Minutes of the day; `to` is earlier than `from` when the night lies between. */
export interface QuietHours {
  from: number;
  to: number;
}

interface Given {
  SMS_PROVIDER: SmsConfig['provider'];
  SMS_WEBHOOK_URL?: string;
  SMS_WEBHOOK_SECRET?: string;
  SMSAERO_EMAIL?: string;
  SMSAERO_API_KEY?: string;
  SMSAERO_SIGN?: string;
  TWILIO_ACCOUNT_SID?: string;
  TWILIO_AUTH_TOKEN?: string;
  TWILIO_FROM?: string;
  SMS_API_URL?: string;
  SMS_RATE: number;
  SMS_COUNTRY?: string;
  DKIM_DOMAIN?: string;
  DKIM_SELECTOR?: string;
  DKIM_PRIVATE_KEY?: string;
}

const needed = {
  webhook: ['SMS_WEBHOOK_URL'],
  smsaero: ['SMSAERO_EMAIL', 'SMSAERO_API_KEY', 'SMSAERO_SIGN'],
  twilio: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'],
} as const;
const dkimVariables = ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'] as const;

/** Where mails that came back lie. */
export interface MailboxConfig {
  host: string;
  port: number;
  /** TLS from the first byte; otherwise STARTTLS is demanded, except on this machine itself. */
  tls: boolean;
  user: string;
  password: string;
  folder: string;
}

/** Reads BOUNCE_MAILBOX_URL: `imaps://user:password@host/INBOX`. Undefined when it is none. */
export function readMailboxUrl(written: string): MailboxConfig | undefined {
  const found = /^(imaps?):\/\/([^:/]+):(.+)@([^@/?#\s]+)(?:\/([^?#]*))?$/.exec(written);
  const [, scheme, user = '', password = '', host = '', folder = ''] = found ?? [];
  if (!found || !URL.canParse(`http://${host}`)) return undefined;
  const { hostname, port } = new URL(`http://${host}`);
  const tls = scheme === 'imaps';
  try {
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || (tls ? 993 : 143)),
      tls,
      user: decodeURIComponent(user),
      password: decodeURIComponent(password),
      folder: decodeURIComponent(folder) || 'INBOX',
    };
  } catch {
    return undefined;
  }
}

/** Returns a sentence for each variable that another one makes necessary. */
export function missingForOutbox(given: Readonly<Record<string, string | undefined>>): string[] {
  const provider = given.SMS_PROVIDER as keyof typeof needed;
  const names = Object.hasOwn(needed, provider ?? '') ? needed[provider] : [];
  const missing = names
    .filter((name) => !given[name])
    .map((name) => `${name} is missing; SMS_PROVIDER=${provider} needs it`);
  const isSigning = dkimVariables.some((name) => given[name]);
  const unsigned = dkimVariables
    .filter((name) => isSigning && !given[name])
    .map((name) => `${name} is missing; DKIM needs domain, selector and key`);
  const key = given.DKIM_PRIVATE_KEY && readKey(given.DKIM_PRIVATE_KEY) === undefined;
  return [
    ...missing,
    ...unsigned,
    ...(key ? ['DKIM_PRIVATE_KEY must be a private RSA key in PEM, or the path of a file with one'] : []),
  ];
}

/** Gathers how SMS leave. */
export function readSmsConfig(v: Given): SmsConfig {
  return {
    provider: v.SMS_PROVIDER,
    webhookUrl: v.SMS_WEBHOOK_URL,
    webhookSecret: v.SMS_WEBHOOK_SECRET,
    smsaero: { email: v.SMSAERO_EMAIL ?? '', apiKey: v.SMSAERO_API_KEY ?? '', sign: v.SMSAERO_SIGN ?? '' },
    twilio: {
      accountSid: v.TWILIO_ACCOUNT_SID ?? '',
      authToken: v.TWILIO_AUTH_TOKEN ?? '',
      from: v.TWILIO_FROM ?? '',
    },
    apiUrl: v.SMS_API_URL?.replace(/\/+$/, ''),
    rate: v.SMS_RATE,
    country: v.SMS_COUNTRY,
  };
}

/** Returns the key that signs mails, or undefined when none is configured. */
export function dkimOf(v: Given): Dkim | undefined {
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_PRIVATE_KEY: key } = v;
  const privateKey = key && readKey(key);
  return domain && selector && privateKey ? { domain, selector, privateKey } : undefined;
}

// Where line ends cannot be written in a variable, they are written as \n.
function readKey(given: string): string | undefined {
  try {
    const pem = given.startsWith('-----BEGIN') ? given.replaceAll('\\n', '\n') : readFileSync(given, 'utf8');
    return createPrivateKey(pem).asymmetricKeyType === 'rsa' ? pem : undefined;
  } catch {
    return undefined;
  }
}

/** Reads quiet hours as written: `21:00-08:00`. Undefined when they are none. */
export function quietHoursOf(written: string): QuietHours | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)$/.exec(written.trim());
  if (!match) return undefined;
  const from = Number(match[1]) * 60 + Number(match[2]);
  const to = Number(match[3]) * 60 + Number(match[4]);
  return from === to ? undefined : { from, to };
}
