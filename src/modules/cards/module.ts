// Greeting cards: printed codes that people scan, write a card on and give away; their accounts, pictures and sounds; daily news.
import { defineModule, phrase } from '../../core/index.ts';
import { commands } from './commands.ts';
import { loadDemo } from './demo.ts';
import { wireEnvelope } from './envelope.ts';
import { jobs } from './jobs.ts';
import { privacy } from './personal-data.ts';
import { resources } from './resource.ts';
import { routes } from './routes.ts';
import { cardsCard } from './statistics.ts';
import nl from './words/nl.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };
import zh from './words/zh.json' with { type: 'json' };

export default defineModule({
  name: 'cards',
  label: 'Cards',
  permissions: {
    'cards:read': 'See cards, reports, codes, scans and news',
    'cards:moderate': 'Ban and restore cards, close reports',
    'cards:accounts': 'See the public’s accounts, ban them, hand out what is kept of a person',
    'cards:erase': 'Erase accounts with everything of them',
    'cards:print': 'Make QR styles and codes, and download them for printing',
    'cards:news': 'Write daily news',
    'cards:export': 'Export accounts, cards, codes and scans as files',
  },
  roles: {
    'cards manager': {
      permissions: [
        'cards:read',
        'cards:moderate',
        'cards:accounts',
        'cards:erase',
        'cards:print',
        'cards:news',
        'cards:export',
        'core:runs',
      ],
    },
    'cards moderator': { permissions: ['cards:read', 'cards:moderate'] },
    'cards printer': { permissions: ['cards:read', 'cards:print'] },
    'news editor': { permissions: ['cards:read', 'cards:news'] },
  },
  resources,
  routes: { envelope: wireEnvelope, list: routes },
  pages: {
    '/qrcode': 'cards/index.html',
    '/cards/compose': 'cards/compose.html',
    '/cards/mine': 'cards/mine.html',
  },
  jobs,
  privacy,
  commands,
  cards: [cardsCard],
  words: { zh, ru, nl },
  demo: loadDemo,
  demoJob: {
    title: phrase('Judge a reported card'),
    description:
      'Open the card that somebody reported and read why. Ban it with a reason for its author, or close the report.',
    href: '/resources/GreetingCard?view=0',
    actions: ['cards.ban-card', 'cards.dismiss-reports'],
  },
});
