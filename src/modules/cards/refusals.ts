// What the wire contract can refuse, each with its word. The numbers belong to the envelope; services know the words only.
import { StewardError } from '../../core/index.ts';

/** Builds the error for a field that did not come. */
export function missing(field: string): StewardError {
  return new StewardError('missing', 400, `${field} is missing.`, { fields: { [field]: 'is missing' } });
}

/** Builds the error for an action that needs somebody signed in. */
export function notSignedIn(): StewardError {
  return new StewardError('unauthenticated', 401, 'Please sign in first.');
}

/** Builds the error for an address that has an account already. */
export function accountTaken(): StewardError {
  return new StewardError('account-taken', 409, 'This e-mail address has an account already.', {
    fields: { email: 'is taken' },
  });
}

/** Builds the error for a wrong password and for an unknown address alike. */
export function wrongSignIn(): StewardError {
  return new StewardError('wrong-sign-in', 401, 'The e-mail address or the password is wrong.');
}

/** Builds the error for an account that staff have banned. */
export function accountBanned(): StewardError {
  return new StewardError('account-banned', 403, 'This account is banned.');
}

/** Builds the error for a picture that is none, or is too small or too large. */
export function badPicture(message: string, cause?: unknown): StewardError {
  return new StewardError('picture-size', 400, message, { cause });
}

/** Builds the error for a code that was never printed. */
export function codeUnknown(): StewardError {
  return new StewardError('code-unknown', 404, 'There is no such QR code.');
}

/** Builds the error for a code that has its card already. */
export function codeRecorded(): StewardError {
  return new StewardError('code-recorded', 409, 'This QR code has a card already.');
}

/** Builds the error for somebody else's card, and for a card that may not be changed any more. */
export function notYourCard(message = 'This card is not yours.'): StewardError {
  return new StewardError('not-your-card', 403, message);
}

/** Builds the error for a card that was banned or taken back. */
export function cardBanned(): StewardError {
  return new StewardError('card-banned', 410, 'This card is not shown any more.');
}

/** Builds the error for a card that names a picture, sound or film that was never sent. */
export function resourceMissing(): StewardError {
  return new StewardError('resource-missing', 409, 'The card names a file that was not uploaded.');
}

/** Builds the error for a token that another card has. */
export function tokenExists(): StewardError {
  return new StewardError('token-exists', 409, 'A card with this token exists already.');
}
