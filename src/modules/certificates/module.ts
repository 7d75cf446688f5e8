// Volunteers' certificates: an organiser's list becomes personal links, claimed names become drawn, mailed and checkable certificates.
import { defineModule, phrase } from '../../core/index.ts';
import { campaignsCard } from './cards.ts';
import { commands } from './commands.ts';
import { loadDemo } from './demo.ts';
import { wireEnvelope } from './envelope.ts';
import { jobs } from './jobs.ts';
import { certificateMail, noticeMail } from './mails.ts';
import { privacy } from './privacy.ts';
import { campaigns, certificates, recipients } from './resource.ts';
import { routes } from './routes.ts';
import nl from './words/nl.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };
import zh from './words/zh.json' with { type: 'json' };

export default defineModule({
  name: 'certificates',
  label: 'Certificates',
  permissions: {
    'certificates:read': 'See campaigns, recipients and certificates',
    'certificates:manage': 'Make campaigns, design them, add and change recipients',
    'certificates:export': 'Export recipients, campaigns and certificates as files',
    'certificates:send': 'Send notices and certificates',
    'certificates:revoke': 'Revoke certificates',
    'certificates:organise': 'Make organisers’ keys; what such a key may do',
  },
  scopes: { campaign: { label: 'one campaign', resource: 'Campaign' } },
  roles: {
    'certificates manager': {
      permissions: [
        'certificates:read',
        'certificates:manage',
        'certificates:export',
        'certificates:send',
        'certificates:revoke',
        'certificates:organise',
        'core:runs',
        'core:outbox',
        'core:alarms',
      ],
    },
    'campaign organiser': {
      permissions: ['certificates:read', 'certificates:manage', 'certificates:export', 'certificates:send'],
      scope: 'campaign',
    },
  },
  resources: [campaigns, recipients, certificates],
  routes: { envelope: wireEnvelope, list: routes },
  pages: {
    '/certificates/': 'certificates/index.html',
    '/certificates/verify': 'certificates/verify.html',
    '/certificates/verify/:code': 'certificates/verify.html',
  },
  jobs,
  mails: [noticeMail, certificateMail],
  privacy,
  commands,
  cards: [campaignsCard],
  words: { zh, ru, nl },
  demo: loadDemo,
  demoJob: {
    title: phrase('Send people their links'),
    description:
      'Choose everybody in this list and send the notices: the preview shows who gets which mail. Then open one of them under Work, Messages, and follow its link to claim the certificate.',
    href: '/resources/Recipient?view=0',
    actions: ['certificates.send-notice'],
  },
});
