// Accounts as the wire shows them. The rule: the whole of it to its owner; to everybody else a name, a picture and a few words.
import type { Core, RowWith } from '../../core/index.ts';
import { secondsOf } from './wire-values.ts';

/** Relations that every view of an account needs. */
export const shownAccount = {
  avatar: true,
  banner: true,
  _count: { select: { cards: { where: { deletedAt: null } } } },
} as const;

type ShownAccount = RowWith<'CardAccount', typeof shownAccount>;

/** Returns the address of an avatar's largest square as the seed writes it. */
function avatarPath(name: string): string {
  return `\\static\\avatar\\${name}_300.png`;
}

function bannerPath(name: string): string {
  return `\\static\\banner\\${name}_1200.jpg`;
}

/** Returns an account in full, for its owner. */
export async function ownAccount(core: Core, id: string): Promise<object> {
  return inFull(await core.db.cardAccount.findUniqueOrThrow({ where: { id }, include: shownAccount }));
}

function inFull(account: ShownAccount) {
  return {
    user_id: account.number,
    email: account.email,
    registered_at: secondsOf(account.createdAt),
    last_login_at: secondsOf(account.lastLoginAt),
    card_count: account._count.cards,
    has_profile: true,
    profile: {
      nick: account.nick,
      ...(account.avatar && { avatar: avatarPath(account.avatar.name) }),
      ...(account.banner && { banner: bannerPath(account.banner.name) }),
      mobile: asTyped(account.mobile),
      birthday: account.birthday?.toISOString().slice(0, 10) ?? '',
      gender: account.gender,
      province: account.province,
      city: account.city,
      area: account.area,
      introduction: account.introduction,
    },
  };
}

// The seed's clients write and show Chinese numbers without the country's code; what was kept comes back as it was written.
function asTyped(mobile: string): string {
  return mobile.replace(/^\+86/, '');
}

/** Returns what everybody may know of an account. */
export async function publicAccount(core: Core, id: string): Promise<object> {
  const account = await core.db.cardAccount.findUniqueOrThrow({ where: { id }, include: shownAccount });
  return {
    user_id: account.number,
    has_profile: true,
    profile: {
      nick: account.nick,
      ...(account.avatar && { avatar: avatarPath(account.avatar.name) }),
      ...(account.banner && { banner: bannerPath(account.banner.name) }),
      introduction: account.introduction,
    },
  };
}

/** Returns who wrote or read a card: in full to the person alone, to others with the e-mail address hidden but for its first letter. */
export function personOnCard(account: ShownAccount, viewerId: string | undefined): object {
  const avatar = account.avatar?.name ?? '';
  if (account.id !== viewerId)
    return { user_id: account.number, email: hiddenEmail(account.email), profile: { nick: account.nick, avatar } };
  const full = inFull(account);
  return { ...full, profile: { ...full.profile, avatar } };
}

// Two people with the same first letter look alike, and the domain would give small organisations away.
function hiddenEmail(email: string): string {
  return `${email[0]}***`;
}
