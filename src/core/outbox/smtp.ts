// Mail servers: one pool of connections each, all waits bounded. The only room that imports nodemailer.
// Its rule: what the server said decides; where it could not say it, the answer is "uncertain", never a guess.
import type { Readable } from 'node:stream';
import nodemailer from 'nodemailer';
import { type Delivery, shortReply as short } from './delivery.ts';
import { connectOuter } from './outer-socket.ts';
import type { Dkim } from './settings.ts';

/** A mail server with its account. `key` names it, `version` changes with its settings. */
export interface MailServer {
  key: string;
  version: string;
  url?: string;
  host?: string;
  port?: number;
  tls?: boolean;
  username?: string;
  password?: string;
  /** Named from outside the house: it must be found at a public address. */
  isOuter?: boolean;
  dkim?: Dkim;
}

/** A mail as it leaves: exactly one recipient. */
export interface OutgoingMail {
  messageId: string;
  from: { name: string; address: string };
  to: { name: string; address: string };
  /** Where the mail servers on the way send what they could not deliver; the sender by default. */
  returnPath?: string;
  subject: string;
  text: string;
  html: string;
  attachments: { name: string; type: string; content: Readable }[];
  /** Where the recipient leaves with one click (RFC 8058). */
  unsubscribe?: string;
}

type Transport = ReturnType<typeof open>;

const patience = 10_000;
const perServer = 4;

/** The open connections of this process. */
export class MailServers {
  readonly #open = new Map<string, { version: string; transport: Transport }>();

  /** Tries to hand one mail to a server. Never throws: each failure is a kind of answer. */
  async send(server: MailServer, mail: OutgoingMail): Promise<Delivery> {
    const streams: Readable[] = [];
    try {
      const info = await this.#transport(server).sendMail({
        messageId: mail.messageId,
        from: mail.from,
        to: mail.to,
        envelope: { from: mail.returnPath ?? mail.from.address, to: [mail.to.address] },
        subject: mail.subject,
        text: mail.text,
        ...(mail.html ? { html: mail.html } : {}),
        headers: headersOf(mail),
        attachments: mail.attachments.map(({ name, type, content }) => ({
          filename: name,
          contentType: type,
          content,
        })),
        disableFileAccess: true,
        disableUrlAccess: true,
        ...({ wireStreams: streams } as object),
      });
      return { kind: 'accepted', reply: short(info.response), provider: server.key, providerId: info.messageId };
    } catch (error) {
      const hasLeft = streams.some((stream) => stream.readableDidRead);
      return { ...judge(error as SmtpError, hasLeft), provider: server.key, providerId: null };
    } finally {
      for (const { content } of mail.attachments) content.destroy();
    }
  }

  /** Ends every connection. */
  close(): void {
    for (const { transport } of this.#open.values()) transport.close();
    this.#open.clear();
  }

  #transport(server: MailServer): Transport {
    const known = this.#open.get(server.key);
    if (known?.version === server.version) return known.transport;
    known?.transport.close();
    const transport = open(server);
    this.#open.set(server.key, { version: server.version, transport });
    return transport;
  }
}

function open(server: MailServer) {
  const waits = {
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    dnsTimeout: patience,
  };
  // Trying again is the outbox's own business, with its pauses and its ledger: the pool must not do it behind its back.
  const pool = { pool: true as const, maxConnections: perServer, maxMessages: 500, maxRequeues: 0 };
  const { username, password = '' } = server;
  const transport = nodemailer.createTransport({
    ...pool,
    ...waits,
    ...(server.url
      ? { url: server.url }
      : {
          host: server.host,
          port: server.port,
          secure: server.tls && server.port !== 587 && server.port !== 25,
          requireTLS: server.tls,
          // Without TLS asked for, an unproven encryption offered by the server is still better than none.
          ...(server.tls ? {} : { tls: { rejectUnauthorized: false } }),
          ...(username ? { auth: { user: username, pass: password } } : {}),
        }),
    ...(server.isOuter ? { getSocket: outerSocket(server) } : {}),
    ...(server.dkim ? { dkim: dkimOptions(server.dkim) } : {}),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // A connection that breaks while it idles is no news; without a listener it would end the process.
  transport.on('error', () => {});
  // The stream that goes on the wire is first read after the server said "354, go ahead": until then nothing has left.
  transport.use('stream', (mail, done) => {
    const { wireStreams } = mail.data as { wireStreams?: Readable[] };
    const message = mail.message as unknown as { createReadStream(options?: unknown): Readable };
    const create = message.createReadStream.bind(message);
    message.createReadStream = (options) => {
      const stream = create(options);
      wireStreams?.push(stream);
      return stream;
    };
    done();
  });
  return transport;
}

// The library takes a connection that is open already, and begins TLS on it where that is asked for.
function outerSocket({ host = '', port = 465 }: MailServer) {
  return (_options: object, done: (error: Error | null, given: unknown) => void) =>
    connectOuter({ host, port, patience }, (error, connection) => done(error, connection && { connection }));
}

function headersOf({ unsubscribe }: OutgoingMail): Record<string, string | { prepared: true; value: string }> {
  return {
    'Auto-Submitted': 'auto-generated',
    ...(unsubscribe
      ? {
          // Prepared: an address must not be folded or written in another way.
          'List-Unsubscribe': { prepared: true, value: `<${unsubscribe}>` },
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }
      : {}),
  };
}

// RFC 8058 wants both headers of the unsubscription under the signature; the library's own list lacks one.
const signedHeaders =
  'From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:' +
  'Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post';

function dkimOptions({ domain, selector, privateKey }: Dkim) {
  return { domainName: domain, keySelector: selector, privateKey, headerFieldNames: signedHeaders };
}

interface SmtpError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

function judge(error: SmtpError, hasLeft: boolean): { kind: Delivery['kind']; reply: string } {
  const reply = short(error.response || error.message);
  const { responseCode: code = 0 } = error;
  if (error.code === 'EAUTH' || code === 530 || code === 534 || code === 535) return { kind: 'login', reply };
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') {
    if (code >= 500) return { kind: 'refused', reply };
    if (code >= 400) return { kind: 'later', reply };
    if (!hasLeft) return { kind: 'refused', reply };
  }
  // A file that could not be read to its end: the server has seen half a message and no final dot, so it has none.
  if (error.code === 'ESTREAM') return { kind: 'later', reply };
  if (hasLeft) return { kind: code >= 400 ? 'later' : 'uncertain', reply };
  return { kind: 'offline', reply };
}
