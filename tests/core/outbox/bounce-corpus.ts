// Mails as mail servers send them when one of ours did not arrive, written after the manner of several of them, and mails that only look so.

const crlf = (lines: readonly string[]) => lines.join('\r\n');
const bare = (id: string) => id.replaceAll('-', '');

interface Report {
  /** The mail's own headers. */
  headers?: string[];
  words?: string;
  /** The groups of message/delivery-status, the first about the message. */
  groups: string[][];
  returned?: { type: string; lines: string[] };
  statusType?: string;
}

/** Builds a delivery report (RFC 3464). */
export function report({
  headers = [],
  words = 'It was not delivered.',
  groups,
  returned,
  statusType,
}: Report): string {
  const part = (type: string, lines: string[]) => ['--=_b/1', `Content-Type: ${type}`, '', ...lines, ''];
  return crlf([
    'From: Mail Delivery System <MAILER-DAEMON@mx.example.net>',
    'Subject: Undelivered Mail Returned to Sender',
    'Date: Fri, 20 Nov 2026 10:00:00 +0000',
    ...headers,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b/1"',
    '',
    'This is a MIME-encapsulated message.',
    '',
    ...part('text/plain; charset=us-ascii', [words]),
    ...part(
      statusType ?? 'message/delivery-status',
      groups.flatMap((group) => [...group, '']),
    ),
    ...(returned ? part(returned.type, returned.lines) : []),
    '--=_b/1--',
    '',
  ]);
}

const original = (id: string, header = 'Message-ID') => [
  'From: Club <office@example.org>',
  'To: ada@example.net',
  `${header}: <${id}@steward.example.org>`,
  'Subject: Your certificate',
  '',
  'Hello Ada',
];
const group = (action: string, status: string, diagnosis = '', more: string[] = []) => [
  'Final-Recipient: rfc822; ada@example.net',
  ...more,
  `Action: ${action}`,
  `Status: ${status}`,
  ...(diagnosis ? [`Diagnostic-Code: ${diagnosis}`] : []),
];
const about = ['Reporting-MTA: dns; mx.example.net', 'Arrival-Date: Fri, 20 Nov 2026 09:59:58 +0000'];

/** What a mail must be read as: dead address, message lost, only late, complaint, or nothing. */
export type Meaning = 'dead' | 'lost' | 'late' | 'complaint' | undefined;

const full = (id: string, one: string[]) =>
  report({ groups: [about, one], returned: { type: 'message/rfc822', lines: original(id) } });

/** Reports of many manners: name, the mail for a message's id, what it means. */
export const reports: [name: string, mail: (id: string) => string, meaning: Meaning][] = [
  [
    'Postfix: no such user, with its own fields and a folded diagnosis',
    (id) =>
      report({
        headers: ['To: office@example.org', 'Auto-Submitted: auto-replied'],
        groups: [
          [
            'Reporting-MTA: dns; mail.example.org',
            'X-Postfix-Queue-ID: 4XyZ',
            'X-Postfix-Sender: rfc822; office@example.org',
          ],
          group(
            'failed',
            '5.1.1',
            'smtp; 550 5.1.1 <ada@example.net>: Recipient address\r\n    rejected: User unknown',
            ['Original-Recipient: rfc822;ada@example.net', 'Remote-MTA: dns; mx.example.net'],
          ),
        ],
        returned: { type: 'message/rfc822', lines: original(id, 'Message-Id') },
      }),
    'dead',
  ],
  [
    'Postfix: domain without a host',
    (id) => full(id, group('failed', '5.4.4', 'X-Postfix; Host or domain name not found.')),
    'dead',
  ],
  ['Postfix: mailbox full', (id) => full(id, group('failed', '5.2.2', 'smtp; 552 5.2.2 Mailbox full')), 'lost'],
  [
    'Postfix: gave up after five days',
    (id) => full(id, group('failed', '4.4.1', 'X-Postfix; connect: timed out')),
    'lost',
  ],
  ['Postfix: still trying', (id) => full(id, group('delayed', '4.4.1', '', ['Will-Retry-Until: x'])), 'late'],
  [
    'Exchange: headers only, answering to ours',
    (id) =>
      report({
        headers: [
          'To: <office@example.org>',
          `In-Reply-To: <${id}@steward.example.org>`,
          'X-MS-Exchange-Message-Is-Ndr:',
        ],
        groups: [
          ['Reporting-MTA: dns;AM0PR01.outlook.example', 'Received-From-MTA: dns;mail.example.org'],
          group(
            'failed',
            '5.1.10',
            'smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address',
          ),
        ],
        returned: { type: 'text/rfc822-headers', lines: ['Received: from x', 'Subject: Your certificate'] },
      }),
    'dead',
  ],
  [
    'Exchange: refused by a rule of theirs',
    (id) => full(id, group('failed', '5.7.1', 'smtp;550 5.7.1 TRANSPORT.RULES.RejectMessage')),
    'lost',
  ],
  [
    'Gmail: a code in the words only, and the reply spread over lines',
    (id) =>
      report({
        headers: [`References: <${id}@steward.example.org>`, 'X-Failed-Recipients: ada@example.net'],
        groups: [
          [
            'Reporting-MTA: dns; googlemail.example',
            'Arrival-Date: x',
            `X-Original-Message-ID: <${id}@steward.example.org>`,
          ],
          group(
            'failed',
            '5.0.0',
            "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n 550-5.1.1 double-checking the recipient's email address for typos",
          ),
        ],
        returned: { type: 'message/rfc822', lines: original(id) },
      }),
    'dead',
  ],
  [
    'Gmail: over quota',
    (id) => full(id, group('failed', '4.2.2', 'smtp; 452-4.2.2 The email account is over quota.')),
    'lost',
  ],
  [
    'Gmail: taken for spam',
    (id) => full(id, group('failed', '5.7.26', 'smtp; 550-5.7.26 unauthenticated mail')),
    'lost',
  ],
  [
    'an old server: vague code, plain words',
    (id) => full(id, group('failed', '5.0.0', 'smtp; 550 No such user here')),
    'dead',
  ],
  [
    'an old server: vague code, vague words',
    (id) => full(id, group('failed', '5.0.0', 'smtp; 554 Transaction failed')),
    'lost',
  ],
  ['a server without a status', (id) => full(id, ['Final-Recipient: rfc822; a@b.c', 'Action: failed']), 'lost'],
  [
    'our return path, and nothing of our mail',
    (id) =>
      report({
        headers: [`To: bounces+${bare(id)}@example.org`],
        groups: [about, group('failed', '5.1.1', 'smtp; 550 unknown user')],
      }),
    'dead',
  ],
  [
    'our return path in the delivery header only',
    (id) =>
      report({
        headers: [`Delivered-To: bounces+${bare(id).toUpperCase()}@example.org`, 'To: undisclosed-recipients:;'],
        groups: [about, group('FAILED', '5.2.1', 'smtp; 550 disabled')],
      }),
    'dead',
  ],
  [
    'small letters, bare line feeds, a comment behind the action',
    (id) =>
      full(id, [
        'final-recipient: rfc822;ada@example.net',
        'action: failed (bad destination)',
        'status: 5.1.1 (x)',
      ]).replaceAll('\r\n', '\n'),
    'dead',
  ],
  [
    'an internationalised report in base64',
    (id) =>
      report({
        statusType: 'message/global-delivery-status\r\nContent-Transfer-Encoding: base64',
        groups: [[Buffer.from(crlf([...about, '', ...group('failed', '5.1.1')])).toString('base64')]],
        returned: { type: 'message/global-headers', lines: original(id) },
      }),
    'dead',
  ],
  [
    'several recipients of a list, one of them failed',
    (id) =>
      report({
        groups: [about, group('delivered', '2.0.0'), group('relayed', '2.0.0'), group('failed', '5.1.1')],
        returned: { type: 'message/rfc822', lines: original(id) },
      }),
    'dead',
  ],
  [
    'a complaint (RFC 5965)',
    (id) =>
      report({
        statusType: 'message/feedback-report',
        groups: [['Feedback-Type: abuse', 'User-Agent: SomeGenerator/1.0', 'Version: 1']],
        returned: { type: 'message/rfc822', lines: original(id) },
      }),
    'complaint',
  ],
  ['a report that it arrived', (id) => full(id, group('delivered', '2.0.0', 'smtp; 250 ok')), undefined],
  ['a report that it was handed on', (id) => full(id, group('expanded', '2.0.0')), undefined],
  [
    'an answer from holiday',
    (id) =>
      crlf([
        'From: ada@example.net',
        'Subject: Out of office',
        `In-Reply-To: <${id}@steward.example.org>`,
        'Auto-Submitted: auto-replied',
        '',
        'Action: failed',
        'Status: 5.1.1',
      ]),
    undefined,
  ],
  [
    'a person who forwards a report',
    (id) =>
      crlf([
        'From: ada@example.net',
        `References: <${id}@steward.example.org>`,
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=f',
        '',
        '--f',
        'Content-Type: message/rfc822',
        '',
        full(id, group('failed', '5.1.1')),
        '--f--',
        '',
      ]),
    undefined,
  ],
];

/** Mails that are made to do harm; none may be read as a report of this message, none may take the reader down. */
export const hostile: [name: string, mail: (id: string) => string][] = [
  ['nothing', () => ''],
  ['bytes', () => String.fromCharCode(...Array.from({ length: 2_000 }, (_, n) => (n * 7) % 256))],
  ['a report without any id of ours', () => report({ groups: [about, group('failed', '5.1.1')] })],
  [
    'the id in the words of the server only',
    (id) => report({ words: `Message-ID: <${id}@x>`, groups: [about, group('failed', '5.1.1')] }),
  ],
  ['the id in the subject', (id) => report({ headers: [`Subject: ${id}`], groups: [about, group('failed', '5.1.1')] })],
  [
    'the id in the body of the returned mail',
    (id) =>
      report({
        groups: [about, group('failed', '5.1.1')],
        returned: { type: 'message/rfc822', lines: ['Subject: x', '', ...original(id)] },
      }),
  ],
  ['groups without an end', (id) => full(id, [`Action: ${'failed '.repeat(50_000)}`])],
  [
    'a thousand parts within each other',
    (id) => {
      const open = Array.from({ length: 1_000 }, (_, n) => [
        `Content-Type: multipart/mixed; boundary=b${n}`,
        '',
        `--b${n}`,
      ]);
      return crlf([
        `In-Reply-To: <${id}@x>`,
        ...open.flat(),
        'Content-Type: message/delivery-status',
        '',
        'Action: failed',
      ]);
    },
  ],
  ['a megabyte of one header', (id) => crlf([`X: ${'a'.repeat(1_000_000)}`, `In-Reply-To: <${id}@x>`, '', 'x'])],
  ['sixty thousand headers', (id) => crlf([...Array<string>(60_000).fill('A: b'), `In-Reply-To: <${id}@x>`, '', 'x'])],
];
