// The composer: sign in, write, add files, choose the moment, publish. The rule: what somebody has written is never lost by a fault.
import { say, speak } from '/shared/language.js';
import { dictionary } from './compose-words.js';
import { act, upload } from './courtesy.js';
import { signInForm } from './sign-in.js';

const by = (id) => document.getElementById(id);
const qrId = new URLSearchParams(location.search).get('id') ?? '';
const token = newToken();
const mostBytes = 20_000_000;
/** `loading`, `sign`, `write`, `done`, or `stopped` with its words. */
let view = { kind: 'loading' };
let account;
let busy = false;
/** The chosen files: name, kind, what became of the upload. */
let files = [];

// Not randomUUID, which browsers keep for pages behind TLS.
function newToken() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function load() {
  try {
    if (qrId && !(await isCodeFree())) return;
    const answer = await act('user_info');
    account = answer.error === 0 ? answer.account_info : undefined;
    show({ kind: account ? 'write' : 'sign' });
  } catch {
    show({ kind: 'stopped', head: 'noAnswer', words: 'noAnswerWords' });
  }
}

/** Asks before anything is written, so that nobody writes for nothing. A code is only looked at: a scan is counted on the card page. */
async function isCodeFree() {
  const answer = await act('card_create_query', { card_info: { token, qr_id: qrId } });
  if (answer.error === 424) show({ kind: 'stopped', head: 'used', words: 'usedWords' });
  if (answer.error === 423) show({ kind: 'stopped', head: 'noCode', words: 'noCodeWords' });
  return answer.error !== 424 && answer.error !== 423;
}

/** Uploads the chosen files one after the other; each shows how it went. */
async function addFiles() {
  const chosen = [...by('file').files];
  by('file').value = '';
  for (const file of chosen) {
    if (file.size > mostBytes) {
      writeWrong('fileWrong', { name: file.name, reason: '> 20 MB' });
      continue;
    }
    const entry = { name: file.name, type: file.type, address: URL.createObjectURL(file), state: 'uploading' };
    files = [...files, entry];
    drawFiles();
    try {
      const answer = await upload(file);
      if (answer.error !== 0) throw new Error(answer.message);
      Object.assign(entry, { state: 'kept', hash: answer.sha_256 });
    } catch (error) {
      files = files.filter((one) => one !== entry);
      writeWrong('fileWrong', { name: file.name, reason: error.message });
    }
    drawFiles();
  }
}

function drawFiles() {
  by('files').replaceChildren(...files.map(fileLine));
}

function fileLine(entry) {
  const line = document.createElement('li');
  const sign = document.createElement(entry.type.startsWith('image/') ? 'img' : 'span');
  if (entry.type.startsWith('image/')) Object.assign(sign, { src: entry.address, alt: '' });
  else
    Object.assign(sign, {
      className: 'sign',
      textContent: entry.type.startsWith('audio/') ? '♪' : '▶',
      ariaHidden: 'true',
    });
  const name = document.createElement('span');
  name.className = 'name';
  name.textContent = entry.state === 'uploading' ? `${entry.name} · ${say('uploading')}` : entry.name;
  const remove = document.createElement('button');
  Object.assign(remove, { type: 'button', className: 'link', textContent: say('remove') });
  remove.setAttribute('aria-label', say('removeOf', { name: entry.name }));
  remove.addEventListener('click', () => {
    URL.revokeObjectURL(entry.address);
    files = files.filter((one) => one !== entry);
    drawFiles();
    by('file').focus();
  });
  line.append(sign, name, remove);
  return line;
}

async function publish(event) {
  event.preventDefault();
  if (busy) return;
  const content = by('content').value.trim();
  if (!content && files.length === 0) return writeWrong('contentMissing', {}, 'content');
  if (files.some(({ state }) => state === 'uploading')) return writeWrong('waitFiles');
  writeWrong();
  setBusy(true);
  try {
    await afterPublish(await act('card_create', { card_info: cardOf(content) }));
  } catch {
    writeWrong('noAnswerWords');
  } finally {
    setBusy(false);
  }
}

function cardOf(content) {
  const hashes = files.map(({ hash }) => hash);
  const kinds = { image: 0, audio: 1, video: 2 };
  const attachments = files.map(({ hash, type }) => ({
    type: kinds[type.split('/')[0]] ?? 0,
    title: '',
    salt_hash: hash,
    location: content.length,
    length: 0,
    created_at: Math.floor(Date.now() / 1000),
  }));
  const visible = by('visible').value ? Math.floor(new Date(by('visible').value).getTime() / 1000) : 0;
  return {
    token,
    ...(qrId && { qr_id: qrId }),
    local_template: {
      content,
      fontSize: 16,
      fontType: 0,
      styleID: 0,
      alignmentType: 0,
      shouldAutoPlayAudio: false,
      attachments,
      attachments_hashes: [...new Set(hashes)],
    },
    is_editable: true,
    is_public: by('public').checked,
    visible_at: visible,
  };
}

async function afterPublish(answer) {
  // The first try may have arrived although its answer did not.
  const isMine = answer.error === 424 && answer.qr_info?.card_token === token;
  if (answer.error === 0 || answer.error === 434 || isMine) return show({ kind: 'done' });
  if (answer.error === 403) {
    account = undefined;
    return show({ kind: 'sign' });
  }
  if (answer.error === 424) return show({ kind: 'stopped', head: 'used', words: 'usedWords' });
  if (answer.error === 423) return show({ kind: 'stopped', head: 'noCode', words: 'noCodeWords' });
  if (answer.error === 401) return writeWrong('fieldWrong', { field: answer.field });
  writeWrong(answer.error === 429 ? 'tooManyWords' : 'noAnswerWords');
}

function writeWrong(sentence, values = {}, field = undefined) {
  by('write-wrong').hidden = !sentence;
  by('write-wrong').textContent = sentence ? say(sentence, values) : '';
  by('content').setAttribute('aria-invalid', String(field === 'content'));
  if (field) by(field).focus();
}

function setBusy(on) {
  busy = on;
  by('publish').disabled = on;
  by('spinner').hidden = !on;
  by('publish-words').textContent = say(on ? 'publishing' : 'publish');
}

function show(next) {
  view = next;
  draw();
  if (next.kind === 'done' || next.kind === 'stopped') by(next.kind).focus();
}

/** Draws the current view in the current language. */
function draw() {
  document.title = say('title');
  by('sheet').setAttribute('aria-busy', String(view.kind === 'loading'));
  for (const kind of ['loading', 'sign', 'write', 'done', 'stopped']) by(kind).hidden = view.kind !== kind;
  by('done-row').hidden = view.kind !== 'done';
  // Without a code the link alone leads to the card.
  by('done-words').hidden = !qrId;
  by('mine-row').hidden = !account;
  by('show').href = qrId ? `/qrcode?id=${encodeURIComponent(qrId)}` : `/qrcode/?token=${token}`;
  if (account) by('as').textContent = say('as', { name: account.profile.nick });
  if (view.kind === 'stopped') {
    by('stopped-head').textContent = say(view.head);
    by('stopped-words').textContent = say(view.words);
  }
  drawFiles();
  if (busy) by('publish-words').textContent = say('publishing');
}

signInForm(load);
by('file').addEventListener('change', addFiles);
by('write').addEventListener('submit', publish);
speak(dictionary, draw);
load();
