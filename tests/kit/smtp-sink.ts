// A real SMTP server on loopback that keeps what it accepts. Its answers can be scripted by recipient: refusals, silence, a
// connection that drops after the message. What it has accepted is recorded before it says so.
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** A message that the server has accepted. */
export interface AcceptedMail {
  from: string;
  to: string[];
  messageId: string;
  raw: string;
  at: number;
}

/** What the server does to one recipient; undefined: it accepts. */
export type Behaviour =
  | { at: 'rcpt' | 'data'; code: number; text: string }
  | { drop: 'before-data' | 'after-data' }
  | { silent: true };

/** A running sink. */
export interface SmtpSink {
  url: string;
  port: number;
  accepted: AcceptedMail[];
  /** Recipients in the order in which they were named, refused ones too. */
  asked: string[];
  logins: number;
  stop(): Promise<void>;
}

/** Starts a sink on a port of its own (or the given one). */
export async function startSmtpSink(
  options: {
    port?: number;
    behave?: (to: string, times: number) => Behaviour | undefined;
    login?: { user: string; password: string };
  } = {},
): Promise<SmtpSink> {
  const { behave = () => undefined, login } = options;
  const accepted: AcceptedMail[] = [];
  const asked: string[] = [];
  const sink = { accepted, asked, logins: 0 };
  const plans = new Map<string, Behaviour | undefined>();
  const server: SMTPServer = new SMTPServer({
    disabledCommands: login ? ['STARTTLS'] : ['AUTH', 'STARTTLS'],
    authOptional: !login,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth(auth, _session, done) {
      sink.logins += 1;
      if (auth.username === login?.user && auth.password === login?.password)
        return done(null, { user: auth.username });
      done(refusal(535, '5.7.8 Authentication credentials invalid'));
    },
    onRcptTo(address, session, done) {
      const to = address.address;
      asked.push(to);
      const plan = behave(to, asked.filter((one) => one === to).length);
      plans.set(session.id, plan);
      if (plan && 'at' in plan && plan.at === 'rcpt') return done(refusal(plan.code, plan.text));
      if (plan && 'drop' in plan && plan.drop === 'before-data') return drop(server, session);
      done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const plan = plans.get(session.id);
        if (plan && 'at' in plan && plan.at === 'data') return done(refusal(plan.code, plan.text));
        accepted.push(asMail(session, Buffer.concat(chunks).toString('utf8')));
        if (plan && 'silent' in plan) return;
        if (plan && 'drop' in plan) return drop(server, session);
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(sink, {
    port,
    url: `smtp://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        for (const connection of connectionsOf(server)) connection._socket?.destroy();
        server.close(() => resolve());
      }),
  });
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function connectionsOf(server: SMTPServer): Iterable<{ id: string; _socket?: Socket }> {
  return (server as unknown as { connections: Set<{ id: string; _socket?: Socket }> }).connections;
}

function drop(server: SMTPServer, session: SMTPServerSession): void {
  for (const connection of connectionsOf(server)) if (connection.id === session.id) connection._socket?.destroy();
}

function asMail(session: SMTPServerSession, raw: string): AcceptedMail {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    messageId: /^Message-ID: (.*)$/im.exec(raw)?.[1]?.trim() ?? '',
    raw,
    at: Date.now(),
  };
}
