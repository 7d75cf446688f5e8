// The protocol of a draw: what was frozen, where the seed comes from, who has which place, and how anybody can check it.
import { say, speak } from '/shared/language.js';
import { sayMomentAndZone } from '/shared/times.js';
import { ask } from './contest.js';
import { dictionary } from './contest-words.js';

const by = (id) => document.getElementById(id);
const id = decodeURIComponent(/^\/contests\/draw\/([^/]*)/.exec(location.pathname)?.[1] ?? '');
let draw;
let protocol;
let state = 'loading';

const pairs = () => [
  ['contest', draw.contest],
  ['prizes', draw.prizes.replaceAll('\n', ', ')],
  ['entries', String(draw.entryCount)],
  ['frozenAt', sayMomentAndZone(draw.frozenAt)],
  ['fingerprint', draw.fingerprint],
  ['seed', draw.source === 'drand' ? say('seedDrand', { round: draw.round }) : say('seedStaff')],
  ...(protocol ? [['seedValue', protocol.seed.value]] : []),
];

function paint() {
  by('sheet').setAttribute('aria-busy', String(state === 'loading'));
  document.title = draw ? `${draw.title} · ${say('draw')}` : say('draw');
  by('title').textContent = draw?.title ?? say('draw');
  by('outcome').hidden = state === 'loading' || state === 'drawn';
  by('outcome').className = `notice ${state === 'frozen' ? '' : 'bad'}`;
  by('outcome').textContent = by('outcome').hidden ? '' : say(`draw_${state}`);
  by('lead').hidden = !draw;
  by('facts').hidden = !draw;
  if (draw)
    by('facts').replaceChildren(
      ...pairs().flatMap(([name, value]) => {
        const term = document.createElement('dt');
        const fact = document.createElement('dd');
        term.textContent = say(`draw_${name}`);
        fact.textContent = value;
        fact.dir = 'auto';
        if (name === 'fingerprint' || name === 'seedValue') fact.className = 'code';
        return [term, fact];
      }),
    );
  for (const name of ['places', 'places-head', 'check-head', 'check-words', 'command', 'file'])
    by(name).hidden = !protocol;
  if (protocol) paintPlaces();
}

function paintPlaces() {
  by('file').href = `/api/draws/${id}/protocol`;
  by('command').textContent = `npm run steward -- contests:verify-draw draw-${id}.json`;
  const reasons = new Map(protocol.noShows.map(({ code, reason }) => [code, reason]));
  by('places').replaceChildren(
    ...protocol.places.map(({ rank, code, place, prize }) => {
      const row = document.createElement('li');
      const words = document.createElement('span');
      words.className = place === 'noShow' ? 'prize gone' : 'prize';
      words.textContent = place === 'reserve' ? say('reserve') : prize;
      const name = document.createElement('span');
      name.className = 'code';
      name.textContent = `${rank}. ${code}`;
      const more = document.createElement('span');
      more.className = 'phone';
      more.textContent = place === 'noShow' ? say('noShow', { reason: reasons.get(code) ?? '' }) : '';
      row.append(words, name, more);
      return row;
    }),
  );
}

async function load() {
  const found = await ask(`/api/draws/${encodeURIComponent(id)}`);
  if (found.status !== 200) state = found.status === 404 ? 'unknown' : 'noAnswer';
  else {
    draw = found.body;
    state = draw.state;
    if (state === 'drawn') {
      const file = await ask(`/api/draws/${encodeURIComponent(id)}/protocol`);
      if (file.status === 200) protocol = file.body;
      else state = 'noAnswer';
    }
  }
  paint();
}

speak(dictionary, paint);
load();
