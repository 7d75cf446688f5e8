// The form for signing in and registering, on each page that needs somebody. The page has the elements; this gives them life.
import { say } from '/shared/language.js';
import { act } from './courtesy.js';
import { md5 } from './md5.js';

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

/** Gives life to the form; `signed` is called when somebody has signed in or out. */
export function signInForm(signed) {
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
