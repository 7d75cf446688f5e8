// The house itself, told in the same language as every module: the people who work here, what they ran, what left, what was kept.
import { actionRoute, runRoute } from '../doors/action-door.ts';
import { startSchedules } from '../doors/schedules.ts';
import { defineModule } from '../module.ts';
import { readBounceMailbox } from '../outbox/mailbox-job.ts';
import { askSmsaero } from '../outbox/sms-reports.ts';
import { eraseBytesJob } from '../privacy/erase.ts';
import { plainEnvelope } from '../route.ts';
import { expireApprovals } from '../runs/approval.ts';
import { houseWords } from '../words/house-words.ts';
import { apiKeys, storedFiles } from './access-keys.ts';
import { alarms, alarmsCard } from './alarms.ts';
import { auditEntries } from './audit.ts';
import { pruneLimits, sweepFiles } from './housekeeping.ts';
import { forgetImports, imports } from './imports.ts';
import { sendResetJob } from './invitations.ts';
import { mailAccounts } from './mail-accounts.ts';
import { mailTemplates } from './mail-templates.ts';
import { invitation, passwordReset } from './mails.ts';
import { operators } from './operators.ts';
import { messageAttempts, messages } from './outbox.ts';
import { askToLeave, leave, takeBounces } from './outbox-routes.ts';
import { personRequests, personRequestsCard } from './person-requests.ts';
import { privacy } from './privacy.ts';
import { roles } from './roles.ts';
import { runItems, runs } from './runs.ts';
import { schedules } from './schedules.ts';
import { smsBudget } from './sms-budget.ts';
import { takeSmsaeroReport, takeSmsReport, takeTwilioReport } from './sms-routes.ts';
import { suppressions } from './suppressions.ts';

/** The core's own module. */
export const houseModule = defineModule({
  name: 'core',
  label: 'Steward',
  permissions: {
    'core:operators': 'Manage operators and roles, within one’s own rights',
    'core:second-person': 'Choose which actions need a second person',
    'core:audit': 'Read and export the audit',
    'core:runs': 'See runs on records that one may read, and one’s own',
    'core:schedules': 'Plan actions that start by themselves, within one’s own rights',
    'core:outbox': 'Read messages about records that one may read; without such a right, only those about none',
    'core:send': 'Send messages again, withdraw them, mark them as sent',
    'core:mail-accounts': 'Manage mail servers',
    'core:suppressions': 'See and change which addresses get no messages',
    'core:alarms': 'See alarms and mark them as seen to',
    'core:sms-budget': 'Change what SMS may cost in a month',
    'core:templates': 'Write the texts of mails and SMS',
    'core:api-keys': 'See and revoke API keys',
    'core:export': 'Export operators, messages, runs and their records, as far as they may be read',
    'core:files': 'See and download kept files',
    'core:privacy': 'Answer people who ask what is kept about them: see and export all of it, whatever the module',
    'core:erase-person': 'Forget a person: erase all of it, whatever the module',
  },
  resources: [
    runs,
    runItems,
    imports,
    schedules,
    messages,
    messageAttempts,
    alarms,
    suppressions,
    mailTemplates,
    smsBudget,
    operators,
    roles,
    apiKeys,
    mailAccounts,
    storedFiles,
    auditEntries,
    personRequests,
  ],
  routes: {
    envelope: plainEnvelope,
    list: [actionRoute, runRoute, askToLeave, leave, takeBounces, takeSmsReport, takeTwilioReport, takeSmsaeroReport],
  },
  pages: { '/docs': 'docs/index.html' },
  jobs: [
    sweepFiles,
    pruneLimits,
    readBounceMailbox,
    askSmsaero,
    startSchedules,
    forgetImports,
    sendResetJob,
    expireApprovals,
    eraseBytesJob,
  ],
  privacy,
  mails: [invitation, passwordReset],
  cards: [alarmsCard, personRequestsCard],
  words: houseWords,
});
