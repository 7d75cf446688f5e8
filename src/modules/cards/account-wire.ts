// The actions of accounts at the endpoint.
import { z } from 'zod';
import { type LimitRule, notFound } from '../../core/index.ts';
import { ownAccount, publicAccount } from './account-views.ts';
import { editProfile, findAccount, register, signIn } from './accounts.ts';
import { endSession } from './sessions.ts';
import { openAction, ownAction, WithCookie } from './wire-action.ts';
import { birthday, email, introduction, mobile, nick, password, pictureId, region } from './wire-values.ts';

// Whole schools come from one address, so these stop floods, not people.
const registering: LimitRule = { name: 'cards.register', points: 300, seconds: 3600 };
const signingIn: LimitRule = { name: 'cards.sign-in-address', points: 600, seconds: 900 };
const lookingUp: LimitRule = { name: 'cards.look-up', points: 600, seconds: 900 };

const credentials = z.object({
  email: email.meta({ examples: ['i.82@me.com'] }),
  pwd: password.meta({
    examples: ['5f4dcc3b5aa765d61d8327deb882cf99'],
    description: 'What the client makes of the password.',
  }),
});
const number = z.int().min(1).max(2_147_483_647);
const profileExample = {
  nick: '我叫 i_82',
  avatar: '\\static\\avatar\\aaca0f5eb4d2d98a6ce6dffa99f8254b_300.png',
  mobile: '13800138000',
  birthday: '1972-03-21',
  gender: 1,
  province: '江苏',
  city: '南京',
  area: '邗江区',
  introduction: '',
};
const ownExample = {
  account_info: {
    user_id: 1,
    email: 'i.82@me.com',
    registered_at: 1456283003,
    last_login_at: 1456283003,
    card_count: 2,
    has_profile: true,
    profile: profileExample,
  },
};
const publicExample = {
  account_info: { user_id: 5, has_profile: true, profile: { nick: 'test005', introduction: '' } },
};

const userRegister = openAction({
  name: 'user_register',
  summary: 'Makes an account and signs in; the session comes as a cookie',
  input: z.object({ account: credentials }),
  limits: [registering],
  handle: async ({ core, input, ...caller }) => new WithCookie(await register(core, input.account, caller)),
});

const userLogin = openAction({
  name: 'user_login',
  summary: 'Signs in; the session comes as a new cookie',
  input: z.object({ account: credentials }),
  limits: [signingIn],
  handle: async ({ core, input, ...caller }) => new WithCookie(await signIn(core, input.account, caller)),
});

const userLogout = ownAction({
  name: 'user_logout',
  summary: 'Signs out',
  input: z.object({}),
  async handle({ cookie, transaction }) {
    if (cookie) await transaction((work) => endSession(work, cookie));
    return new WithCookie(undefined);
  },
});

const userInfo = ownAction({
  name: 'user_info',
  summary: 'The own account in full, or of another what everybody may know',
  input: z.object({ user_id: number.optional(), user_email: email.optional() }),
  limits: [lookingUp],
  answer: ownExample,
  async handle({ core, account, input: { user_id, user_email } }) {
    if (user_id === undefined && user_email === undefined) return { account_info: await ownAccount(core, account.id) };
    const other = await findAccount(core, user_id === undefined ? { email: user_email ?? '' } : { number: user_id });
    return { account_info: await (other.id === account.id ? ownAccount : publicAccount)(core, other.id) };
  },
});

const otherUserInfo = openAction({
  name: 'other_user_info',
  summary: 'What everybody may know of an account',
  input: z.object({ email: email.optional(), user_email: email.optional(), user_id: number.optional() }),
  limits: [lookingUp],
  answer: publicExample,
  async handle({ core, input }) {
    const address = input.email ?? input.user_email;
    if (address === undefined && input.user_id === undefined) throw notFound('There is no such account.');
    const other = await findAccount(core, address === undefined ? { number: input.user_id ?? 0 } : { email: address });
    return { account_info: await publicAccount(core, other.id) };
  },
});

const userEditProfile = ownAction({
  name: 'user_edit_profile',
  summary: 'Changes the own profile; avatar and banner are ids or addresses of own pictures',
  input: z.object({
    profile: z.object({
      nick: nick.meta({ examples: ['我叫 i_82'] }),
      mobile: mobile.meta({ examples: ['13800138000'] }),
      birthday: birthday.meta({ examples: ['1972-03-21'] }),
      gender: z.int().min(0).max(2),
      introduction: introduction.meta({ examples: [''] }),
      province: region.meta({ examples: ['江苏'] }),
      city: region.meta({ examples: ['南京'] }),
      area: region.meta({ examples: ['邗江区'] }),
      avatar: pictureId.optional(),
      banner: pictureId.optional(),
    }),
  }),
  async handle({ account, input, transaction }) {
    await transaction((work) => editProfile(work, account.id, input.profile));
    return undefined;
  },
});

/** The actions of accounts. */
export const accountActions = [userRegister, userLogin, userLogout, userInfo, otherUserInfo, userEditProfile];
