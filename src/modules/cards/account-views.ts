// Accounts as the wire shows them. The rule: the whole of it to its owner; to everybody else a name, a picture and a few words.
import type { Core, Row } from '../../core/index.ts';
import type { Account } from './sessions.ts';
import { secondsOf } from './wire-values.ts';

/** Relations that every view of an account needs. */
export const withPictures = { avatar: true, banner: true } as const;

type Pictured = Account & { avatar: Row<'AccountPicture'> | null; banner: Row<'AccountPicture'> | null };

/** Returns the address of an avatar's largest square as the seed writes it. */
function avatarPath(name: string): string {
  return `\\static\\avatar\\${name}_300.png`;
}

function bannerPath(name: string): string {
  return `\\static\\banner\\${name}_1200.jpg`;
}

/** Returns an account in full, for its owner. */
export async function ownAccount(core: Core, id: string): Promise<object> {
  const account = await core.db.cardAccount.findUniqueOrThrow({ where: { id }, include: withPictures });
  const cards = await core.db.greetingCard.count({ where: { authorId: id, deletedAt: null } });
  return {
    user_id: account.number,
    email: account.email,
    registered_at: secondsOf(account.createdAt),
    last_login_at: secondsOf(account.lastLoginAt),
    card_count: cards,
    has_profile: true,
    profile: {
      nick: account.nick,
      ...(account.avatar && { avatar: avatarPath(account.avatar.name) }),
      ...(account.banner && { banner: bannerPath(account.banner.name) }),
      mobile: account.mobile,
      birthday: account.birthday?.toISOString().slice(0, 10) ?? '',
      gender: account.gender,
      province: account.province,
      city: account.city,
      area: account.area,
      introduction: account.introduction,
    },
  };
}

/** Returns what everybody may know of an account. */
export async function publicAccount(core: Core, id: string): Promise<object> {
  const account = await core.db.cardAccount.findUniqueOrThrow({ where: { id }, include: withPictures });
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

/** Returns who wrote or read a card: the e-mail address is whole for the person alone, hidden but for its first letter for others. */
export function personOnCard(account: Pictured, viewerId: string | undefined): object {
  return {
    user_id: account.number,
    email: account.id === viewerId ? account.email : hiddenEmail(account.email),
    profile: { nick: account.nick, avatar: account.avatar?.name ?? '' },
  };
}

// Two people with the same first letter look alike, and the domain would give small organisations away.
function hiddenEmail(email: string): string {
  return `${email[0]}***`;
}
