// Contests: people prove their phone, register, and learn whether they won; staff hand their data over, draw, publish and notify.
import { defineModule, phrase } from '../../core/index.ts';
import { contestCard } from './cards.ts';
import { commands } from './commands.ts';
import { loadDemo } from './demo.ts';
import { wireEnvelope } from './envelope.ts';
import { jobs } from './jobs.ts';
import { commitments, operatorLog, phoneVerifications, testSendings } from './log-resources.ts';
import { codeSms, operatorHook, registeredSms, resultMail, resultSms } from './mails.ts';
import { privacy } from './privacy.ts';
import { contests, drawEntries, draws, participants, winners } from './resource.ts';
import { routes } from './routes.ts';
import { variables } from './variables.ts';
import nl from './words/nl.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };
import zh from './words/zh.json' with { type: 'json' };

export default defineModule({
  name: 'contests',
  label: 'Contests',
  permissions: {
    'contests:read': 'See contests, participants, winners, draws and the operator log',
    'contests:manage': 'Make and change contests, participants and winners, import winners',
    'contests:export': 'Export participants, winners and the operator log as files',
    'contests:send': 'Send participants’ data to the operator',
    'contests:notify': 'Tell participants the results by SMS or mail',
    'contests:publish': 'Publish the results, or hide them',
    'contests:draw': 'Make draws, freeze them and add to their seeds',
  },
  roles: {
    'contests manager': {
      permissions: [
        'contests:read',
        'contests:manage',
        'contests:export',
        'contests:send',
        'contests:notify',
        'contests:publish',
        'contests:draw',
        'core:runs',
        'core:outbox',
        'core:alarms',
      ],
    },
    'contests viewer': { permissions: ['contests:read'] },
  },
  resources: [
    contests,
    participants,
    winners,
    draws,
    drawEntries,
    operatorLog,
    phoneVerifications,
    commitments,
    testSendings,
  ],
  routes: { envelope: wireEnvelope, list: routes },
  pages: {
    '/contests/': 'contests/index.html',
    '/contests/winners': 'contests/winners.html',
    '/contests/draw/:id': 'contests/draw.html',
  },
  jobs,
  privacy,
  mails: [resultMail],
  sms: [codeSms, registeredSms, resultSms],
  webhooks: [operatorHook],
  commands,
  cards: [contestCard],
  variables,
  words: { zh, ru, nl },
  demo: loadDemo,
  demoJob: {
    title: phrase('Tell everybody the results'),
    description:
      'Choose everybody in this list and send the results: each message is shown as it will read, for winners and for the others. Afterwards they lie under Work, Messages.',
    href: '/resources/Participant?view=3',
    actions: ['contests.send-results'],
  },
});
