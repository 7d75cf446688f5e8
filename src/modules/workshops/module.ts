// Workshops: people with a key choose one workshop a moment, under groups, links and places that are never oversold.
import { defineModule, phrase } from '../../core/index.ts';
import { eventsCard } from './cards.ts';
import { commands } from './commands.ts';
import { loadDemo } from './demo.ts';
import { workshopsEnvelope } from './envelope.ts';
import { jobs } from './jobs.ts';
import { keyMail, offerMail, scheduleMail } from './mails.ts';
import { managers } from './manager-resource.ts';
import { moments } from './moment-resource.ts';
import { placements, plans } from './plan-resource.ts';
import { privacy } from './privacy.ts';
import { conflicts, registrations, waiting } from './registration-resource.ts';
import { attendees, events, workshops } from './resource.ts';
import { routes } from './routes.ts';
import { variables } from './variables.ts';
import nl from './words/nl.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };
import zh from './words/zh.json' with { type: 'json' };

export default defineModule({
  name: 'workshops',
  label: 'Workshops',
  permissions: {
    'workshops:read': 'See events, workshops, people and registrations',
    'workshops:manage': 'Change events, workshops, people and registrations',
    'workshops:export': 'Export registrations and print lists',
    'workshops:keys': 'Read, print, mail and renew login keys',
    'workshops:assign': 'Assign the undecided',
    'workshops:credentials': 'Give operators a credential for the workshops API',
  },
  scopes: { 'workshop-event': { label: 'one event with workshops', resource: 'WorkshopEvent' } },
  roles: {
    'workshops manager': {
      permissions: [
        'workshops:read',
        'workshops:manage',
        'workshops:export',
        'workshops:keys',
        'workshops:assign',
        'core:runs',
        'core:outbox',
      ],
    },
    'event organiser': {
      permissions: ['workshops:read', 'workshops:manage', 'workshops:export', 'workshops:keys', 'workshops:assign'],
      scope: 'workshop-event',
    },
  },
  resources: [events, workshops, attendees, registrations, conflicts, waiting, moments, plans, placements, managers],
  routes: { envelope: workshopsEnvelope, list: routes },
  pages: { '/workshops/': 'workshops/index.html' },
  jobs,
  privacy,
  mails: [offerMail, scheduleMail, keyMail],
  commands,
  cards: [eventsCard],
  variables,
  words: { zh, ru, nl },
  demo: loadDemo,
  demoJob: {
    title: phrase('Place the undecided'),
    description:
      'Open the event, then “Assign the undecided”, and rehearse: a plan shows who would get which place under all rules. Then give the places.',
    href: '/resources/WorkshopEvent',
    actions: ['workshops.apply-placement'],
  },
});
