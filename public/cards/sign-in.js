// The form for signing in and registering, on each page that needs somebody. The page has the empty form and the words; its fields are here.
import { say } from '/shared/language.js';
import { act } from './courtesy.js';
import { md5 } from './md5.js';

/** The form's fields. Nothing that anybody typed is in it; the words come with the language. */
const fields = `
  <p data-say="signIntro"></p>
  <label for="email" data-say="email"></label>
  <input type="email" id="email" autocomplete="email" maxlength="254" inputmode="email" aria-describedby="sign-wrong">
  <label for="password" data-say="password"></label>
  <input type="password" id="password" autocomplete="current-password" maxlength="200" aria-describedby="sign-wrong">
  <p class="notice bad" id="sign-wrong" role="alert" hidden></p>
  <div class="row">
    <button class="button" id="sign-in" type="submit" data-say="signIn"></button>
    <button class="button second" id="register" type="button" data-say="register"></button>
  </div>`;

const by = (id) => document.getElementById(id);
const shortest = 8;

async function sign(action, signed) {
  const email = by('email').value.trim();
  const password = by('password').value;
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return wrong('emailWrong', 'email');
  if ([...password].length < shortest) return wrong('passwordShort', 'password');
  wrong();
  const answer = await act(action, { account: { email, pwd: md5(password) } }).catch(() => ({ error: 503 }));
  if (answer.error !== 0) return wrong(sentenceOf(answer), answer.error === 401 ? 'email' : 'password');
  by('password').value = '';
  signed();
}

function sentenceOf({ error }) {
  const sentences = { 401: 'emailWrong', 405: 'taken', 406: 'wrongSign', 407: 'accountBanned', 429: 'tooManyWords' };
  return sentences[error] ?? 'noAnswerWords';
}

function wrong(sentence, field) {
  by('sign-wrong').hidden = !sentence;
  by('sign-wrong').textContent = sentence ? say(sentence) : '';
  for (const id of ['email', 'password']) by(id).setAttribute('aria-invalid', String(id === field));
  if (field) by(field).focus();
}

/** Fills the form and gives it life, before the page speaks; `signed` is called when somebody has signed in or out. */
export function signInForm(signed) {
  by('sign').innerHTML = fields;
  by('sign').addEventListener('submit', (event) => {
    event.preventDefault();
    sign('user_login', signed);
  });
  by('register').addEventListener('click', () => sign('user_register', signed));
  by('sign-out').addEventListener('click', async () => {
    await act('user_logout').catch(() => {});
    signed();
  });
}
