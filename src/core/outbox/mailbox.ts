// A mailbox read over IMAP. The only room that imports imapflow. Its rule: a mail is marked only after it was dealt with, so that one
// that was being read in a crash is read again.
import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { phrase } from '../words/catalogue.ts';
import { readBytes } from './bounce-mail.ts';
import type { MailboxConfig } from './settings.ts';

/** What a reading came to. */
export interface MailboxRead {
  read: number;
  /** Those of them that were reports; they are also marked as seen. */
  reports: number;
}

const mark = 'StewardRead';
const daysBack = 14;
const mostAtOnce = 500;
const patience = 20_000;
const here = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** Shows each new mail to `take`, which says whether it was a report, and marks it. Throws an Error that is fit to be shown. */
export async function readMailbox(
  box: MailboxConfig,
  take: (raw: Uint8Array) => Promise<boolean>,
  signal?: AbortSignal,
): Promise<MailboxRead> {
  const client = await openClient(box);
  const done: MailboxRead = { read: 0, reports: 0 };
  await client.connect().catch((error) => {
    throw inWords(error);
  });
  try {
    const lock = await client.getMailboxLock(box.folder).catch((error) => {
      throw inWords(error, phrase(`The mailbox has no folder ${box.folder}.`));
    });
    try {
      for (const uid of await newMails(client)) {
        if (signal?.aborted) break;
        const mail = await client.fetchOne(String(uid), { source: { start: 0, maxLength: readBytes } }, { uid: true });
        const isReport = await takeSource(mail, take);
        await client.messageFlagsAdd(String(uid), isReport ? [markOf(client), '\\Seen'] : [markOf(client)], {
          uid: true,
        });
        done.read += 1;
        if (isReport) done.reports += 1;
      }
    } finally {
      lock.release();
    }
    await client.logout().catch(() => {});
    return done;
  } finally {
    client.close();
  }
}

async function takeSource(mail: FetchMessageObject | false, take: (raw: Uint8Array) => Promise<boolean>) {
  return mail && mail.source !== undefined ? take(mail.source) : false;
}

async function openClient({ host, port, tls, user, password }: MailboxConfig): Promise<ImapFlow> {
  // Loaded where a mailbox is read at all: most houses have none.
  const { ImapFlow } = await import('imapflow');
  const client = new ImapFlow({
    host,
    port,
    secure: tls,
    // A server, or somebody on the way, that offers no encryption gets no password.
    ...(tls || here.test(host) ? {} : { doSTARTTLS: true }),
    auth: { user, pass: password },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: 3 * patience,
  });
  // What breaks while a call is under way is thrown by that call; without a listener it would end the process as well.
  client.on('error', () => {});
  return client;
}

async function newMails(client: ImapFlow): Promise<number[]> {
  const since = new Date(Date.now() - daysBack * 86_400_000);
  const isNew = markOf(client) === mark ? { unKeyword: mark } : { seen: false };
  const found = await client.search({ since, ...isNew }, { uid: true });
  return (found || []).slice(0, mostAtOnce);
}

/** Where a mailbox keeps no words of ours, "seen" must do. */
function markOf(client: ImapFlow): string {
  const flags = client.mailbox ? client.mailbox.permanentFlags : undefined;
  return flags?.has('\\*') || flags?.has(mark) ? mark : '\\Seen';
}

function inWords(error: unknown, otherwise = phrase('The mailbox cannot be reached.')): Error {
  const isLogin = error instanceof Error && 'authenticationFailed' in error && error.authenticationFailed;
  return new Error(isLogin ? phrase('The mailbox refuses our login.') : otherwise, { cause: error });
}
