// Clubs and activities: clubs apply with evidence, become operators bound to their own records, and announce what staff review.
import { defineModule, phrase } from '../../core/index.ts';
import { clubsCard } from './cards.ts';
import { clubRole, clubScope } from './decisions.ts';
import { loadDemo } from './demo.ts';
import { wireEnvelope } from './envelope.ts';
import { jobs } from './jobs.ts';
import { approvalMail, messageMail, refusalMail, reminderMail, suspensionMail } from './mails.ts';
import { privacy } from './privacy.ts';
import { resources } from './resource.ts';
import { routes } from './routes.ts';
import nl from './words/nl.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };
import zh from './words/zh.json' with { type: 'json' };

export default defineModule({
  name: 'clubs',
  label: 'Clubs and activities',
  permissions: {
    'clubs:read': 'See clubs, activities and messages to clubs',
    'clubs:review': 'Approve, refuse, suspend and renew clubs; see their evidence',
    'clubs:moderate': 'Approve, reject, change and delete activities',
    'clubs:publish': 'Announce and change activities, close their enrolment',
    'clubs:enrolments': 'See, export and take out people who enrolled',
    'clubs:message': 'Write and delete messages to clubs',
    'clubs:export': 'Export clubs and activities as files',
    'clubs:settings': 'Change the settings of clubs',
    'clubs:administer': 'Sign in to the clubs’ API as an administrator, within one’s other rights',
    'clubs:own': 'What a club asks for itself',
  },
  scopes: { [clubScope]: { label: 'one club', resource: 'Club' } },
  roles: {
    'clubs manager': {
      permissions: [
        'clubs:read',
        'clubs:review',
        'clubs:moderate',
        'clubs:publish',
        'clubs:enrolments',
        'clubs:message',
        'clubs:export',
        'clubs:settings',
        'clubs:administer',
        'core:runs',
        'core:outbox',
      ],
    },
    [clubRole]: {
      permissions: ['clubs:read', 'clubs:publish', 'clubs:enrolments', 'clubs:own'],
      scope: clubScope,
    },
  },
  resources,
  routes: { envelope: wireEnvelope, list: routes },
  pages: {
    '/clubs/': 'clubs/index.html',
    '/activities/': 'activities/index.html',
    '/activities/:id': 'activities/activity.html',
  },
  jobs,
  privacy,
  mails: [approvalMail, refusalMail, reminderMail, suspensionMail, messageMail],
  cards: [clubsCard],
  words: { zh, ru, nl },
  demo: loadDemo,
  demoJob: {
    title: phrase('Approve a club'),
    description:
      'Open an application, look at its evidence beside what it says, and approve or refuse it. The club gets a mail with a link to its own account.',
    href: '/resources/Club?view=0',
    actions: ['clubs.approve-club', 'clubs.refuse-club'],
  },
});
