// Cards as the wire shows them, and who may see what of one. The rule: one function says it for every door.
import type { RowWith } from '../../core/index.ts';
import { personOnCard, shownAccount } from './account-views.ts';
import { readTemplate, type Template } from './templates.ts';
import { secondsOf, secondsOrNull } from './wire-values.ts';

/** Relations that every view of a card needs. */
export const shownWith = {
  author: { include: shownAccount },
  readBy: { include: shownAccount },
  code: true,
  attachments: { include: { resource: true } },
} as const;

/** A card with what its view needs. */
export type ShownCard = RowWith<'GreetingCard', typeof shownWith>;

/** Who looks at a card: an account, and the printed code that they hold. */
export interface Viewer {
  accountId?: string;
  /** The id of a code, as it is kept. */
  codeId?: string;
}

/** What a card is to a viewer: `banned` also for its author, `early` until its time has come, `private` for strangers. */
export type Standing = 'open' | 'early' | 'private' | 'banned';

/** Tells what a card is to a viewer. */
export function standingOf(card: ShownCard, viewer: Viewer, now = new Date()): Standing {
  const isAuthor = card.authorId === viewer.accountId;
  if (card.bannedAt || card.deletedAt || card.author.bannedAt) return 'banned';
  if (isAuthor) return 'open';
  if (!card.isPublic && !(viewer.codeId && viewer.codeId === card.code?.id)) return 'private';
  return card.visibleAt && card.visibleAt > now ? 'early' : 'open';
}

/** Returns the card for a viewer to whom it is open or early; early, there is nothing on it yet. */
export function cardInfo(card: ShownCard, viewer: Viewer, standing: Standing = standingOf(card, viewer)): object {
  const isShown = standing === 'open';
  const template = JSON.parse(card.template) as Template;
  return {
    token: card.handleAsGiven,
    author: personOnCard(card.author, viewer.accountId),
    read_by: card.readBy ? personOnCard(card.readBy, viewer.accountId) : '',
    is_editable: card.isEditable,
    is_public: card.isPublic,
    is_banned: card.bannedAt !== null || card.deletedAt !== null,
    local_template: isShown ? template : null,
    resources: isShown ? resourcesOf(card, template, viewer) : [],
    view_count: card.viewCount,
    edited_count: card.editedCount,
    stars: card.stars,
    created_at: secondsOf(card.createdAt),
    modified_at: secondsOf(card.modifiedAt),
    visible_at: secondsOf(card.visibleAt),
    first_read_at: secondsOrNull(card.firstReadAt),
  };
}

/** Returns a card's resources in the order in which it names them, as pages and clients load them. */
function resourcesOf(card: ShownCard, template: Template, { accountId, codeId }: Viewer): object[] {
  const { hashes } = readTemplate(template);
  // What is on a private card opens as the card does: by its code, for all but its author.
  const isByCode = !card.isPublic && card.authorId !== accountId && codeId === card.code?.id;
  const proof = isByCode ? `?qr_id=${card.code?.uniqueId}` : '';
  return card.attachments
    .map(({ resource }) => resource)
    .sort((a, b) => hashes.indexOf(a.sha256) - hashes.indexOf(b.sha256))
    .map(({ sha256, name, mediaType }) => ({
      sha_256: sha256,
      id: name,
      type: mediaType,
      url: `/static/card_res/${name}${proof}`,
    }));
}
