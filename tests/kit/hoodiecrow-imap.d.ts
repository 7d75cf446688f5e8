// The part of hoodiecrow-imap that the tests use; the package has no types of its own.
declare module 'hoodiecrow-imap' {
  import type { Server } from 'node:net';

  interface StoredMail {
    raw: string;
    flags?: string[];
    uid?: number;
  }
  interface Mailbox {
    messages: (StoredMail & { flags: string[]; uid: number })[];
    allowPermanentFlags: boolean;
  }
  interface ImapServer {
    server: Server;
    connections: { socket: { destroy(): void } }[];
    getMailbox(name: string): Mailbox;
    appendMessage(mailbox: string, flags: string[], internalDate: string, raw: string): void;
    listen(port: number, done: () => void): void;
    close(done?: () => void): void;
  }
  export default function hoodiecrow(options: {
    plugins?: string[];
    users?: Record<string, { password: string }>;
    storage?: Record<string, { messages?: StoredMail[]; allowPermanentFlags?: boolean }>;
    secureConnection?: boolean;
  }): ImapServer;
}
