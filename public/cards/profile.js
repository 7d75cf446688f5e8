// The profile's form: name, picture, a few words, and what nobody else sees.
import { say } from '/shared/language.js';
import { act } from './courtesy.js';

const by = (id) => document.getElementById(id);
const fields = ['nick', 'introduction', 'mobile', 'birthday', 'gender', 'province', 'city', 'area'];
const longest = { nick: 24, introduction: 200 };

/** Writes a profile into the form. */
export function fillProfile(profile) {
  for (const field of fields) by(field).value = profile[field];
  const name = /([0-9a-f]{32})/.exec(profile.avatar ?? '')?.[1];
  by('avatar').hidden = !name;
  if (name) by('avatar').src = `/static/avatar/${name}_150.png`;
}

/** Gives life to the form; `saved` gets the profile as it is then. */
export function profilePart({ upload, saved }) {
  const reload = async () => {
    const { account_info } = await act('user_info');
    fillProfile(account_info.profile);
    saved(account_info.profile);
  };
  by('profile').addEventListener('submit', async (event) => {
    event.preventDefault();
    wrong();
    const profile = Object.fromEntries(fields.map((field) => [field, by(field).value.trim()]));
    const tooLong = Object.keys(longest).find((field) => [...profile[field]].length > longest[field]);
    if (tooLong) return wrong('fieldWrong', { field: labelOf(tooLong) }, tooLong);
    const answer = await act('user_edit_profile', { profile: { ...profile, gender: Number(profile.gender) } }).catch(
      () => ({ error: 503 }),
    );
    if (answer.error === 0) return reload();
    const isField = answer.error === 401 && fields.includes(answer.field);
    if (isField) return wrong('fieldWrong', { field: labelOf(answer.field) }, answer.field);
    wrong('noAnswerWords');
  });
  by('picture').addEventListener('change', async () => {
    const [file] = by('picture').files;
    by('picture').value = '';
    if (!file) return;
    wrong();
    const answer = await upload(file).catch(() => ({ error: 503 }));
    if (answer.error === 0) return reload();
    wrong(answer.error === 503 ? 'noAnswerWords' : 'avatarWrong');
  });
}

function labelOf(field) {
  return document.querySelector(`label[for="${field}"]`).textContent;
}

function wrong(sentence, values = {}, field = undefined) {
  by('profile-wrong').hidden = !sentence;
  by('profile-wrong').textContent = sentence ? say(sentence, values) : '';
  for (const one of fields) by(one).setAttribute('aria-invalid', String(one === field));
  if (field) by(field).focus();
}
