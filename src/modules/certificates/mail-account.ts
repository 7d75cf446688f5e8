// The mail server of one campaign. An account that misses its host or its sender is kept but not used yet.
import { invalid, seal, type Transaction, type Work } from '../../core/index.ts';
import { isAddress } from './recipients-list.ts';

/** What may be set; absent means unchanged. Pauses are in seconds. */
export interface MailSettings {
  host?: string;
  port?: number;
  tls?: boolean;
  username?: string;
  password?: string;
  pauseSeconds?: number;
}

/** Returns the id of the campaign's mail account when it is complete, else null: the house's own server is used. */
export async function mailAccountFor(
  tx: Transaction,
  campaign: { mailAccountId: string | null },
): Promise<string | null> {
  if (!campaign.mailAccountId) return null;
  const account = await tx.mailAccount.findUnique({ where: { id: campaign.mailAccountId } });
  return account?.host && account.fromAddress ? account.id : null;
}

/** Sets the campaign's mail account; a username that is an address also names the sender and, if need be, the server. */
export async function setMailAccount(
  work: Work,
  campaign: { id: string; title: string; organisation: string; mailAccountId: string | null },
  settings: MailSettings,
): Promise<void> {
  if (Object.values(settings).every((value) => value === undefined)) return;
  const { password, username, host } = settings;
  const data = {
    ...serverOf(username, host),
    // The organiser is a guest of the house: the server is looked for outside of it only.
    isOuter: true,
    ...(settings.port !== undefined && { port: settings.port }),
    ...(settings.tls !== undefined && { tls: settings.tls }),
    ...(settings.pauseSeconds !== undefined && { pauseSeconds: settings.pauseSeconds }),
    ...(password !== undefined && { passwordSealed: seal(work.core.config.appKey, 'mail-account', password) }),
  };
  const known = campaign.mailAccountId;
  if (known) {
    await mustNotLeak(work, known, data.host, password);
    await work.tx.mailAccount.update({ where: { id: known }, data });
  } else {
    const account = await work.tx.mailAccount.create({
      data: { name: campaign.title, host: '', fromAddress: '', fromName: campaign.organisation, ...data },
    });
    await work.tx.campaign.update({ where: { id: campaign.id }, data: { mailAccountId: account.id } });
  }
  const names = Object.keys(data)
    .filter((name) => name !== 'isOuter')
    .join(', ')
    .replace('passwordSealed', 'password');
  await work.audit({
    kind: 'update',
    resource: 'Campaign',
    recordId: campaign.id,
    recordTitle: campaign.title,
    summary: `Changed the mail server (${names})`,
  });
}

/** A new server must not be sent the password that was meant for the old one. */
async function mustNotLeak(work: Work, id: string, host: string | undefined, password: string | undefined) {
  if (host === undefined || password !== undefined) return;
  const before = await work.tx.mailAccount.findUnique({ where: { id } });
  if (before?.passwordSealed && before.host && before.host !== host)
    throw invalid('The password is needed again for another mail server.', { password: 'is needed again' });
}

function serverOf(username: string | undefined, host: string | undefined) {
  if (host !== undefined && !/^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/.test(host))
    throw invalid('The mail server must be a host name.', { server_address: 'must be a host name' });
  if (username !== undefined && (username.length > 254 || /[\p{Cc}]/u.test(username)))
    throw invalid('The user name cannot be used.', { username: 'cannot be used' });
  const domain = username !== undefined && isAddress(username) ? username.split('@')[1] : undefined;
  const server = host ?? (domain && `smtp.${domain}`);
  return {
    ...(username !== undefined && { username }),
    ...(domain && { fromAddress: username }),
    ...(server && { host: server }),
  };
}
