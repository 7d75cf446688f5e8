// One recipient read for a change: the row lock that makes 200 clicks one certificate. Whoever changes a state takes it first.
import type { RowWith, Transaction } from '../../core/index.ts';

/** A recipient with the campaign it belongs to. */
export type RecipientRow = RowWith<'Recipient', { campaign: true }>;

/** Locks the recipient until the transaction ends and returns it as it is now; undefined when there is none. */
export async function lockRecipient(tx: Transaction, id: string): Promise<RecipientRow | undefined> {
  await tx.$queryRaw`select "id" from "Recipient" where "id" = ${id} for update`;
  return (await tx.recipient.findUnique({ where: { id }, include: { campaign: true } })) ?? undefined;
}

/** Names the certificate that counts now: neither revoked nor replaced. */
export async function currentCertificate(tx: Transaction, recipientId: string) {
  return tx.certificate.findFirst({
    where: { recipientId, revokedAt: null, supersededAt: null },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
}
