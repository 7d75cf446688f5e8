// Every variable of the house: its default, its rule, and what to type instead of what is wrong.
import { z } from 'zod';
import { isWebhookSecret } from '../../lib/standard-webhooks.ts';
import { readClamdUrl } from '../files/clamd.ts';
import { readStorageUrl } from '../files/storage-url.ts';
import { quietHoursOf, readMailboxUrl } from '../outbox/settings.ts';

const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no', ''])
  .transform((value) => ['true', '1', 'yes'].includes(value));
const optionalText = z
  .string()
  .trim()
  .transform((value) => value || undefined)
  .optional();
const httpUrl = (value: string) => /^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value);

const webhookSecret = optionalText.refine(
  (value) => !value || isWebhookSecret(value),
  'must be 24 to 64 bytes in base64. Make one: echo whsec_$(openssl rand -base64 32)',
);

/** Returns what a reader of a setting has to say against it. */
function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const timeZone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}, 'is not a time zone name such as Europe/Amsterdam');

/** Every variable, its default and its rule. `.env.example` has the same names in the same order, then those of the modules. */
export const variables = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: optionalText.refine(
    (value) => !value || httpUrl(value),
    'must be an address such as https://example.org',
  ),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: optionalText.refine(
    (value) => !value || /^postgres(ql)?:\/\//.test(value),
    'must begin with postgresql://',
  ),
  DATABASE_DIRECT_URL: optionalText.refine(
    (value) => !value || /^postgres(ql)?:\/\//.test(value),
    'must begin with postgresql://',
  ),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(8).max(200).default(15),
  DATABASE_WAIT_SECONDS: z.coerce.number().int().min(1).max(60).default(2),
  APP_KEY: optionalText.refine((value) => !value || value.length >= 32, 'must have 32 characters or more'),
  SMTP_URL: optionalText.refine((value) => !value || /^smtps?:\/\//.test(value), 'must begin with smtp:// or smtps://'),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>@\r\n]*<[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/,
      'must be one address such as Steward <steward@example.org>',
    )
    .default('Steward <steward@localhost>'),
  MAIL_RATE: z.coerce.number().positive().max(1000).default(10),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    )
    .refine(
      (origins) => origins.every((one) => one === '*' || (URL.canParse(one) && new URL(one).origin === one)),
      'must be origins such as https://example.org, separated by commas, or *',
    ),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  TIME_ZONE: timeZone.default('UTC'),
  WEB_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1),
  DRAIN_SECONDS: z.coerce.number().int().min(0).max(300).default(0),
  STORAGE_URL: optionalText.superRefine((value, context) => {
    const problem = value && problemOf(() => readStorageUrl(value));
    if (problem) context.addIssue({ code: 'custom', message: problem });
  }),
  CLAMAV_URL: optionalText.refine(
    (value) => !value || readClamdUrl(value) !== undefined,
    'must be tcp://host:3310 or unix:/path',
  ),
  CLAMAV_WHEN_AWAY: z.enum(['refuse', 'keep']).default('refuse'),
  SMS_PROVIDER: z.enum(['capture', 'webhook', 'smsaero', 'twilio']).default('capture'),
  SMS_WEBHOOK_URL: optionalText.refine((value) => !value || httpUrl(value), 'must be an address'),
  SMS_WEBHOOK_SECRET: webhookSecret,
  SMSAERO_EMAIL: optionalText,
  SMSAERO_API_KEY: optionalText,
  SMSAERO_SIGN: optionalText,
  TWILIO_ACCOUNT_SID: optionalText,
  TWILIO_AUTH_TOKEN: optionalText,
  TWILIO_FROM: optionalText,
  SMS_API_URL: optionalText.refine((value) => !value || httpUrl(value), 'must be an address'),
  SMS_RATE: z.coerce.number().positive().max(1000).default(5),
  SMS_COUNTRY: optionalText.refine((value) => !value || /^[A-Z]{2}$/.test(value), 'must be a country such as NL'),
  WEBHOOK_RATE: z.coerce.number().positive().max(1000).default(20),
  OUTGOING_LOOPBACK: flag.default(false),
  BOUNCE_SECRET: webhookSecret,
  BOUNCE_MAILBOX_URL: optionalText.refine(
    (value) => !value || readMailboxUrl(value) !== undefined,
    'must look like imaps://user:password@mail.example.org/INBOX (in user and password write % as %25)',
  ),
  BOUNCE_ADDRESS: optionalText.refine(
    (value) => !value || /^[^\s<>@,+]{1,30}@[^\s<>@,]+$/.test(value),
    'must be one address such as bounces@example.org, with 30 characters at most before the @ and no +',
  ),
  DKIM_DOMAIN: optionalText,
  DKIM_SELECTOR: optionalText,
  DKIM_PRIVATE_KEY: optionalText,
  QUIET_HOURS: optionalText.refine(
    (value) => !value || quietHoursOf(value) !== undefined,
    'must be two clock times such as 21:00-08:00',
  ),
  UNDO_SECONDS: z.coerce.number().int().min(0).max(3600).default(10),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  DEMO: flag.default(false),
  WORKER_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  METRICS_TOKEN: optionalText.refine((value) => !value || value.length >= 16, 'must have 16 characters or more'),
});
