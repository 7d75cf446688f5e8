// The winners: looked up by the last four digits of a phone, or the whole list page by page.
import { say, speak } from '/shared/language.js';
import { ask, askContest, query } from './contest.js';
import { dictionary } from './contest-words.js';

const by = (id) => document.getElementById(id);
let contest;
let shown = [];
let page = 0;
let hasMore = false;
/** A key of the dictionary with its values, or a sentence of the server. */
let news;

function draw() {
  document.title = `${say('winners')}${contest?.title ? ` · ${contest.title}` : ''}`;
  by('contest').textContent = contest?.title ?? '';
  by('outcome').hidden = !news;
  if (news) {
    by('outcome').className = `notice ${news.tone ?? ''}`;
    by('outcome').textContent = news.key ? say(news.key, news.values) : news.text;
  }
  by('search').hidden = contest !== undefined && !contest.isPublished;
  by('all').hidden = page > 0 || !contest?.isPublished;
  by('more').hidden = !hasMore;
  by('register-link').href = `/contests/${query}`;
  by('list').replaceChildren(...shown.map(item));
}

function item({ prize, first_name: first, patronymic, second_name: initial, phone }) {
  const row = document.createElement('li');
  const part = (className, text) => {
    const element = document.createElement('span');
    element.className = className;
    element.textContent = text;
    element.dir = 'auto';
    return element;
  };
  row.append(
    part('prize', prize),
    part('name', [first, patronymic, initial && `${initial}.`].filter(Boolean).join(' ')),
    part('phone', phone),
  );
  return row;
}

function refused({ status, body }) {
  news = { tone: 'bad', ...(status === 0 || status >= 500 ? { key: 'noAnswer' } : { text: body.detail }) };
  draw();
}

async function find() {
  const four = by('four').value.trim();
  const answer = await ask(`/winners?phone=${encodeURIComponent(four)}`);
  by('four').setAttribute('aria-invalid', String(answer.status === 400));
  if (answer.status !== 200) return refused(answer);
  shown = answer.body;
  page = 0;
  hasMore = false;
  news =
    shown.length === 0
      ? { key: 'notFound', values: { four } }
      : { tone: 'good', key: 'found', values: { count: shown.length } };
  draw();
  by('four').select();
}

async function more() {
  const answer = await ask(`/winners?page=${page + 1}`);
  if (answer.status !== 200) return refused(answer);
  shown = page === 0 ? answer.body : [...shown, ...answer.body];
  page += 1;
  hasMore = /rel="next"/.test(answer.headers.get('Link') ?? '');
  news = undefined;
  draw();
}

by('search').addEventListener('submit', (event) => {
  event.preventDefault();
  find();
});
by('all').addEventListener('click', more);
by('more').addEventListener('click', more);

speak(dictionary, draw);
const answer = await askContest();
if (answer.status === 200) contest = answer.body;
else if (answer.status !== 404) news = { tone: 'bad', key: 'noAnswer' };
if (!contest?.isPublished && !news) news = { key: 'notPublished' };
draw();
by('four').focus();
