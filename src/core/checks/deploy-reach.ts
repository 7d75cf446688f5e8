// What `steward check --deploy` finds where Steward meets the world: its addresses and its messages. See deploy.ts.
import type { Config } from '../config/config.ts';
import { type DeployProblem, oneMachine, partsOf, serious, warning, when } from './deploy-finding.ts';

/** Finds what is wrong with the addresses under which people and programs reach it. */
export function aboutAddress({ mode, publicUrl, trustProxy, corsOrigins, host }: Config): DeployProblem[] {
  const url = new URL(publicUrl);
  const isHere = oneMachine.test(url.hostname);
  return [
    ...when(mode !== 'production', serious('D001', `NODE_ENV is ${mode}.`, 'Set NODE_ENV=production.')),
    ...when(
      isHere,
      serious(
        'D002',
        `PUBLIC_URL is ${publicUrl}, which nobody else reaches.`,
        'Set PUBLIC_URL to the address that people type, for example https://example.org.',
      ),
    ),
    ...when(
      url.protocol !== 'https:' && !isHere,
      serious(
        'D003',
        'PUBLIC_URL is not https: passwords and links travel in the clear.',
        'Put a proxy with TLS in front and set PUBLIC_URL=https://…',
      ),
    ),
    ...when(
      url.protocol === 'https:' && trustProxy === 0,
      warning(
        'D004',
        'PUBLIC_URL is https but TRUST_PROXY is 0: every visitor seems to have the address of the proxy, and limits count them as one.',
        'Set TRUST_PROXY to the number of proxies in front, usually 1.',
      ),
    ),
    ...when(
      corsOrigins.includes('*'),
      serious(
        'D005',
        'CORS_ORIGINS is *: every site’s scripts may call the API.',
        'Name the origins of your front ends, separated by commas.',
      ),
    ),
    ...when(
      corsOrigins.some((one) => one.startsWith('http:') && !oneMachine.test(new URL(one).hostname)),
      warning('D006', 'CORS_ORIGINS has an origin without https.', 'Serve that front end over https.'),
    ),
    ...when(
      trustProxy === 0 && !oneMachine.test(host) && url.protocol === 'https:',
      warning(
        'D007',
        `HOST is ${host}: who reaches the port speaks to us without TLS.`,
        'Let only the proxy reach this port, or set HOST=127.0.0.1.',
      ),
    ),
  ];
}

/** Finds what keeps messages from leaving, or from being stopped. */
export function aboutMail({
  smtpUrl,
  mailFrom,
  sms,
  undoSeconds,
  bounceSecret,
  bounceMailbox,
}: Config): DeployProblem[] {
  const sender = /@([^>\s]+)>?$/.exec(mailFrom)?.[1] ?? '';
  return [
    ...when(
      smtpUrl === undefined,
      serious(
        'D020',
        'SMTP_URL is not set: no mail leaves, not even a password reset.',
        'Set SMTP_URL=smtps://user:password@mail.example.org.',
      ),
    ),
    ...when(
      oneMachine.test(sender) || !sender.includes('.'),
      serious(
        'D021',
        `MAIL_FROM is ${mailFrom}, which mail servers refuse.`,
        'Set MAIL_FROM to an address of your own domain.',
      ),
    ),
    ...when(
      smtpUrl?.startsWith('smtp:') === true && !oneMachine.test(partsOf(smtpUrl).hostname),
      warning(
        'D022',
        'SMTP_URL begins with smtp://: TLS is only used if the server offers it.',
        'Use smtps:// where the provider has it.',
      ),
    ),
    ...when(
      sms.provider === 'capture',
      warning(
        'D023',
        'SMS_PROVIDER is capture: no SMS leaves.',
        'Set SMS_PROVIDER if you send SMS; otherwise leave it.',
      ),
    ),
    ...when(
      undoSeconds === 0,
      warning('D024', 'UNDO_SECONDS is 0: nobody can stop a wrong mailing.', 'Set UNDO_SECONDS=10 or more.'),
    ),
    ...when(
      smtpUrl !== undefined && bounceSecret === undefined && bounceMailbox === undefined,
      warning(
        'D025',
        'Nobody tells which mails come back: dead addresses are written to again and again.',
        'Set BOUNCE_MAILBOX_URL, or BOUNCE_SECRET and let your provider post to /api/bounces.',
      ),
    ),
  ];
}
