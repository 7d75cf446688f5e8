// Campaigns: making one, its picture, its layout, its organiser's key. Positions always lie within the picture.
import {
  type Actor,
  actorOfApiKey,
  type Core,
  conflict,
  createApiKey,
  invalid,
  notFound,
  phrase,
  type Row,
  reencodeImage,
  revokeApiKey,
  type Work,
} from '../../core/index.ts';
import { canvasOf, fitInto, type Layout, mustFit, readStored, type StoredLayout } from './layout.ts';

/** The permission of an organiser's key. */
export const organise = 'certificates:organise';
/** Largest template picture in bytes. */
export const maxPictureBytes = 10_000_000;

/** Returns a slug made of a title: small Latin letters, digits and dashes. */
function slugOf(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return plain || 'campaign';
}

/** Creates a campaign; a slug that is taken gets a number. Throws `invalid` for a web address that is none. */
export async function createCampaign(
  work: Work,
  values: Partial<Row<'Campaign'>> & { title: string; organisation: string },
): Promise<Row<'Campaign'>> {
  const wanted = values.slug || slugOf(values.title);
  let slug = wanted;
  for (let n = 2; await work.tx.campaign.findUnique({ where: { slug } }); n += 1) slug = `${wanted}-${n}`;
  return work.tx.campaign.create({
    data: { ...plainValues(values), title: values.title, organisation: values.organisation, slug },
  });
}

/** Changes the plain values of a campaign. */
export async function updateCampaign(work: Work, id: string, values: Partial<Row<'Campaign'>>): Promise<void> {
  await work.tx.campaign.update({ where: { id }, data: plainValues(values) });
}

function plainValues(values: Partial<Row<'Campaign'>>) {
  const { title, organisation, website, language, dateFormat, linkDays, claimAddress, slug } = values;
  for (const [field, address] of Object.entries({ website, claimAddress })) if (address) mustBeAddress(field, address);
  return { title, organisation, website, language, dateFormat, linkDays, claimAddress, slug };
}

/** Throws `invalid` unless this is an http or https address. */
export function mustBeAddress(field: string, address: string): void {
  const isWeb = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
  if (!isWeb || address.length > 500)
    throw invalid(`${field} must be an address such as https://example.org.`, {
      [field]: 'must be an address such as https://example.org',
    });
}

async function lockCampaign(work: Work, id: string): Promise<Row<'Campaign'>> {
  await work.tx.$queryRaw`select "id" from "Campaign" where "id" = ${id} for update`;
  const campaign = await work.tx.campaign.findUnique({ where: { id } });
  if (!campaign) throw notFound('This campaign does not exist.');
  return campaign;
}

/** Makes an uploaded picture the campaign's template: decoded, re-encoded, kept. What stood outside it moves into it. */
export async function setTemplate(work: Work, campaignId: string, bytes: Buffer): Promise<Row<'Campaign'>> {
  const picture = await reencodeImage(bytes, { maxBytes: maxPictureBytes, field: 'template' });
  if (picture.width < 200 || picture.height < 200)
    throw invalid('The picture must be at least 200 pixels wide and high.', { template: 'is too small' });
  const owner = { resource: 'Campaign', recordId: campaignId };
  const name = `template.${picture.format}`;
  const file = await work.core.files.keep({ name, type: picture.type, content: picture.bytes, owner }, work.tx);
  const campaign = await lockCampaign(work, campaignId);
  const layout = fitInto(readStored(campaign.layout), { width: picture.width, height: picture.height });
  if (campaign.templateId) await work.core.files.remove(campaign.templateId, work.tx);
  const updated = await work.tx.campaign.update({ where: { id: campaignId }, data: { templateId: file.id, layout } });
  await audit(work, campaign, phrase(`Changed the picture (${picture.width} × ${picture.height})`));
  return updated;
}

/** Goes back to Steward's own picture with its own places. */
export async function removeTemplate(work: Work, campaignId: string): Promise<Row<'Campaign'>> {
  const campaign = await lockCampaign(work, campaignId);
  if (campaign.templateId) await work.core.files.remove(campaign.templateId, work.tx);
  await audit(work, campaign, phrase('Went back to the plain picture'));
  return work.tx.campaign.update({ where: { id: campaignId }, data: { templateId: null, layout: {} } });
}

/** Saves a whole layout. Throws `invalid` when something stands outside the picture. */
export async function saveLayout(
  work: Work,
  campaignId: string,
  layout: Layout,
  dateFormat?: string,
): Promise<Row<'Campaign'>> {
  return changeLayout(work, campaignId, () => layout, dateFormat);
}

/** Changes parts of the layout under the campaign's row lock; `change` gets what is stored. */
export async function changeLayout(
  work: Work,
  campaignId: string,
  change: (kept: StoredLayout, campaign: Row<'Campaign'>) => Partial<Layout>,
  dateFormat?: string,
): Promise<Row<'Campaign'>> {
  const campaign = await lockCampaign(work, campaignId);
  const kept = readStored(campaign.layout);
  const changed = change(kept, campaign);
  mustFit({ number: null, date: null, qr: null, ...changed } as Layout, canvasOf(campaign.layout));
  const parts = Object.keys(changed).join(', ');
  await audit(work, campaign, phrase(`Changed where ${parts} stand on the picture`));
  return work.tx.campaign.update({
    where: { id: campaignId },
    data: { layout: { ...kept, ...changed }, ...(dateFormat !== undefined && { dateFormat }) },
  });
}

/** Makes a new key for the campaign's organiser and ends the ones before it. The key is returned this once. */
export async function newOrganiserKey(work: Work, campaignId: string): Promise<{ id: string; key: string }> {
  const campaign = await lockCampaign(work, campaignId);
  for (const old of await organiserKeys(work, campaignId)) await revokeApiKey(work, old.id);
  return createApiKey(work, {
    name: `Organiser of ${campaign.title}`.slice(0, 100),
    permissions: [organise, 'certificates:read', 'certificates:send'],
    scopeId: campaignId,
  });
}

/** Lists the good keys of a campaign's organiser. */
export function organiserKeys(work: Pick<Work, 'tx'>, campaignId: string) {
  return work.tx.apiKey.findMany({
    where: { scopeId: campaignId, permissions: { has: organise }, revokedAt: null },
    orderBy: { createdAt: 'desc' },
  });
}

/** Finds the campaign that an organiser's key is bound to, and who acts with it; undefined for any other key. */
export async function campaignOfKey(
  core: Core,
  key: unknown,
): Promise<{ actor: Actor; campaign: Row<'Campaign'> } | undefined> {
  if (typeof key !== 'string' || key.length > 200) return undefined;
  const actor = await actorOfApiKey(core, key, organise);
  if (!actor?.scopeId) return undefined;
  const campaign = await core.db.campaign.findUnique({ where: { id: actor.scopeId } });
  return campaign ? { actor, campaign } : undefined;
}

/** Deletes a campaign that has nobody in it. */
export async function deleteCampaign(work: Work, campaign: Row<'Campaign'>): Promise<void> {
  const people = await work.tx.recipient.count({ where: { campaignId: campaign.id } });
  if (people > 0) throw conflict(`This campaign has ${people} recipients; only an empty one can be deleted.`);
  for (const key of await organiserKeys(work, campaign.id)) await revokeApiKey(work, key.id);
  if (campaign.templateId) await work.core.files.remove(campaign.templateId, work.tx);
  await work.tx.campaign.delete({ where: { id: campaign.id } });
  if (campaign.mailAccountId) await work.tx.mailAccount.deleteMany({ where: { id: campaign.mailAccountId } });
}

function audit(work: Work, campaign: Row<'Campaign'>, summary: string): Promise<void> {
  return work.audit({
    kind: 'update',
    resource: 'Campaign',
    recordId: campaign.id,
    recordTitle: campaign.title,
    summary,
  });
}
