// A real IMAP server on loopback with one user and one inbox: mails are put in, flags are read out.
import type { AddressInfo } from 'node:net';
import hoodiecrow from 'hoodiecrow-imap';

/** A running server. */
export interface ImapSink {
  port: number;
  /** For BOUNCE_MAILBOX_URL. */
  url: string;
  /** Puts a mail in; its flags are those of a new one. */
  deliver(raw: string): void;
  /** The flags of each mail, in the order in which they came. */
  flags(): string[][];
  stop(): Promise<void>;
}

/** Starts a server; `keepsWords: false` is one that knows no flags but its own. */
export async function startImapServer(options: { keepsWords?: boolean } = {}): Promise<ImapSink> {
  const server = hoodiecrow({
    plugins: ['ID', 'LITERALPLUS', 'NAMESPACE', 'UNSELECT'],
    users: { 'bounces@example.org': { password: 'p@ss:word%' } },
    storage: { INBOX: { messages: [], allowPermanentFlags: options.keepsWords ?? true } },
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.server.address() as AddressInfo;
  const sockets = new Set<import('node:net').Socket>();
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  return {
    port,
    url: `imap://bounces%40example.org:p%40ss%3Aword%25@127.0.0.1:${port}/INBOX`,
    deliver: (raw) => server.appendMessage('INBOX', [], '', raw),
    flags: () => server.getMailbox('INBOX').messages.map(({ flags }) => [...flags].sort()),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
