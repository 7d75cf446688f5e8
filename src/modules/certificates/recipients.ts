// Adding people to a campaign: first a rehearsal that writes nothing, then the same reading for real.
import { conflict, insertRecords, notFound, type Row, type Transaction, type Work } from '../../core/index.ts';
import { lockRecipient } from './recipient-row.ts';
import type { ListedPerson, ReadList, SkippedLine } from './recipients-list.ts';

const chunk = 1000;

/** What a list would do: whom it adds, and every line that adds nobody with its reason. */
export interface Rehearsal {
  people: ListedPerson[];
  skipped: SkippedLine[];
}

/** Works out what a list would add to a campaign. Writes nothing. */
export async function rehearseRecipients(tx: Transaction, campaignId: string, list: ReadList): Promise<Rehearsal> {
  const known = new Set<string>();
  for (let at = 0; at < list.people.length; at += chunk) {
    const email = { in: list.people.slice(at, at + chunk).map((person) => person.email) };
    const rows = await tx.recipient.findMany({ where: { campaignId, email }, select: { email: true } });
    for (const row of rows) known.add(row.email);
  }
  const again = list.people.filter(({ email }) => known.has(email)).map(alreadyThere);
  return {
    people: list.people.filter(({ email }) => !known.has(email)),
    skipped: [...list.skipped, ...again].sort((one, other) => one.line - other.line),
  };
}

function alreadyThere({ line, email }: ListedPerson): SkippedLine {
  return { line, text: email, kind: 'repeated', reason: 'already in this campaign' };
}

/** Adds the people of a list to a campaign, in state `added`. Repeats of people who are there already are skipped. */
export async function addRecipients(
  work: Work,
  campaignId: string,
  list: ReadList,
): Promise<{ added: number; skipped: SkippedLine[] }> {
  // Two lists at once would each believe to be first; the campaign's row puts them in line.
  const [campaign] = await work.tx.$queryRaw<{ title: string }[]>`
    select "title" from "Campaign" where "id" = ${campaignId} for update`;
  if (!campaign) throw notFound('This campaign does not exist.');
  const { people, skipped } = await rehearseRecipients(work.tx, campaignId, list);
  let added = 0;
  for (let at = 0; at < people.length; at += chunk) {
    const data = people.slice(at, at + chunk).map(({ email, number, name }) => ({ campaignId, email, number, name }));
    added += (await work.tx.recipient.createMany({ data, skipDuplicates: true })).count;
  }
  if (added > 0)
    await work.audit({
      kind: 'create',
      resource: 'Campaign',
      recordId: campaignId,
      recordTitle: campaign.title,
      summary: `Added ${added} recipients, skipped ${skipped.length} lines`,
    });
  return { added, skipped };
}

/** Adds imported people in their order, in state `added`, and returns their ids. */
export async function importRecipients(work: Work, people: Partial<Row<'Recipient'>>[]): Promise<{ id: string }[]> {
  const data = people.map(({ campaignId = '', email = '', number, name }) => ({ campaignId, email, number, name }));
  // A list pasted at the same moment takes the same lock, so neither adds somebody whom the other one adds.
  const ids = [...new Set(data.map(({ campaignId }) => campaignId))];
  await work.tx.$queryRaw`select 1 from "Campaign" where "id" = any(${ids}::text[]) order by "id" for update`;
  return insertRecords(work.tx, 'Recipient', data);
}

/** Changes address, name or number of a recipient. With a new address the old link ends, and a notice must be sent anew. */
export async function updateRecipient(work: Work, id: string, values: Partial<Row<'Recipient'>>): Promise<void> {
  const row = await lockRecipient(work.tx, id);
  if (!row) throw notFound('This recipient does not exist.');
  const { email, name, number } = values;
  const isMoved = email !== undefined && email !== row.email;
  if (isMoved && (row.noticeMessageId || row.certificateMessageId))
    throw conflict('A mail to this person is on its way. Please try again in a moment.', {
      email: 'is in use right now',
    });
  const ended = { tokenHash: null, tokenExpiresAt: null, ...(row.state === 'notified' && { state: 'added' as const }) };
  await work.tx.recipient.update({ where: { id }, data: { email, name, number, ...(isMoved && ended) } });
}

/** Deletes a recipient who holds no certificate; one that was issued must stay checkable. */
export async function deleteRecipient(work: Work, id: string): Promise<void> {
  const held = await work.tx.certificate.count({ where: { recipientId: id } });
  if (held > 0) throw conflict('This person has a certificate; revoke it instead.');
  await work.tx.recipient.delete({ where: { id } });
}
