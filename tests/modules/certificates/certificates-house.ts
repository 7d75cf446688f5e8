// A whole Steward with the certificates module for one test file: database, worker, web, and an SMTP server that keeps what it takes.
import { systemActor } from '../../../src/core/index.ts';
import { createCampaign, newOrganiserKey } from '../../../src/modules/certificates/campaigns.ts';
import certificates from '../../../src/modules/certificates/module.ts';
import { sendNotice } from '../../../src/modules/certificates/notices.ts';
import { addRecipients } from '../../../src/modules/certificates/recipients.ts';
import { readPeople } from '../../../src/modules/certificates/recipients-list.ts';
import { type MailHouse, openMailHouseOf } from '../../kit/house.ts';
import type { AcceptedMail } from '../../kit/smtp-sink.ts';
import { until } from '../../kit/until.ts';

export { until };

/** What a test of this module works with. */
export type House = MailHouse;

/** Opens the house. */
export const openHouse = (settings: Record<string, string> = {}): Promise<House> =>
  openMailHouseOf([certificates], settings);

/** Makes a campaign with these people (lines of a list) and its organiser's key. */
export async function makeCampaign(house: House, list: string, values: object = {}) {
  return house.core.transaction(systemActor, async (work) => {
    const campaign = await createCampaign(work, { title: 'Spring volunteers', organisation: 'Green Canal', ...values });
    if (list) await addRecipients(work, campaign.id, readPeople(list));
    const { key } = await newOrganiserKey(work, campaign.id);
    return { campaign, key };
  });
}

/** Notifies a recipient by mail and returns the token of the link in it. */
export async function notifiedToken(house: House, email: string): Promise<string> {
  const row = await recipientOf(house, email);
  const before = house.sink.accepted.length;
  await house.core.transaction(systemActor, (work) =>
    sendNotice(work, row.id, { expected: 'added', idempotencyKey: `test:${row.id}:${before}` }),
  );
  await until(async () => (await recipientOf(house, email)).state === 'notified');
  return tokenIn(mailsTo(house, email).at(-1)!);
}

/** Returns the recipient of an address; addresses are unique in each test file. */
export async function recipientOf(house: House, email: string) {
  return house.core.db.recipient.findFirstOrThrow({ where: { email }, include: { certificates: true } });
}

/** Returns the mails that the server took for an address. */
export function mailsTo(house: House, email: string): AcceptedMail[] {
  return house.sink.accepted.filter(({ to }) => to.includes(email));
}

/** Reads the token out of a notice. */
export function tokenIn(mail: AcceptedMail): string {
  const text = mail.raw.replace(/=\r\n/g, '').replace(/=3D/g, '=');
  const token = /[?&]token=([\w-]{32})/.exec(text)?.[1];
  if (!token) throw new Error('This mail has no token.');
  return token;
}
