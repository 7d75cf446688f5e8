// The verbs of the clubs module in one place; each lives in the file of its noun.
export {
  approveActivity,
  changeActivity,
  closeEnrolment,
  deleteActivity,
  publishActivity,
  rejectActivity,
} from './activities.ts';
export { applyAsClub } from './applications.ts';
export { deleteMessage, messageClub, writeMessage } from './club-messages.ts';
export { approveClub, refuseClub } from './decisions.ts';
export { enrol, removeEnrolment } from './enrolments.ts';
export { deleteOldEvidence } from './evidence.ts';
export { askRenewal, followApprovals, renewClub, suspendClub } from './renewal.ts';
