// How mails leave: through the installation's own server or one of its accounts, with their files and, where people may leave, the
// headers for it.
import { z } from 'zod';
import type { Core } from '../core.ts';
import { open } from '../tokens.ts';
import { readSender, returnPathOf } from './address.ts';
import { serverKey } from './claim.ts';
import type { ClaimedMessage, Transport } from './delivery.ts';
import { revealSecrets } from './secrets.ts';
import { type MailServer, MailServers, type OutgoingMail } from './smtp.ts';
import { unsubscribeUrl } from './unsubscribe.ts';

const attachmentsSchema = z.array(z.object({ fileId: z.string(), name: z.string() }));

/** Opens the way of mails. */
export function openEmail(core: Core): Transport {
  const servers = new MailServers();
  return {
    async send(message) {
      const { server, from } = await serverFor(core, message);
      return servers.send(server, await outgoing(core, message, from));
    },
    close: () => servers.close(),
  };
}

async function serverFor(
  core: Core,
  message: ClaimedMessage,
): Promise<{ server: MailServer; from: OutgoingMail['from'] }> {
  const { config } = core;
  const key = serverKey(message.mailAccountId);
  if (message.mailAccountId === null)
    return { server: { key, version: '', url: config.smtpUrl, dkim: config.dkim }, from: readSender(config.mailFrom) };
  const account = await core.db.mailAccount.findUniqueOrThrow({ where: { id: message.mailAccountId } });
  const password = account.passwordSealed ? open(config.appKey, 'mail-account', account.passwordSealed) : '';
  const { host, port, tls, username, updatedAt } = account;
  const isOuter = account.isOuter && !config.outgoingLoopback;
  return {
    server: { key, version: updatedAt.toISOString(), host, port, tls, username, password, isOuter },
    from: readSender(`${account.fromName} <${account.fromAddress}>`),
  };
}

async function outgoing(core: Core, message: ClaimedMessage, from: OutgoingMail['from']): Promise<OutgoingMail> {
  const { subject, text, html, secrets } = message;
  const mail = revealSecrets(core.config, { subject, text, html }, secrets);
  // Another server may refuse a return path that is not its own.
  const isOwn = message.mailAccountId === null;
  const { bounceAddress } = core.config;
  const attachments: OutgoingMail['attachments'] = [];
  for (const { fileId, name } of attachmentsSchema.parse(message.attachments)) {
    const { file, stream } = await core.files.read(fileId);
    attachments.push({ name, type: file.type, content: stream });
  }
  return {
    // The same for each try, so that a receiver can recognise a repeat.
    messageId: `<${message.id}@${new URL(core.config.publicUrl).hostname}>`,
    from,
    to: { name: message.toName, address: message.toAddress },
    ...mail,
    ...(isOwn && bounceAddress ? { returnPath: returnPathOf(bounceAddress, message.id) } : {}),
    attachments,
    ...(message.isTransactional ? {} : { unsubscribe: unsubscribeUrl(core.config, 'email', message.toAddress) }),
  };
}
