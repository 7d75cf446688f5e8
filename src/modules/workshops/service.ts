// The verbs of the workshops module in one place; each lives in the file of its noun.
export { applyPlacement, undoPlacement } from './applying.ts';
export { rehearseList, writeList } from './attendee-list.ts';
export { createAttendee, deleteAttendee, renewKey, replaceAttendees, updateAttendee } from './attendees.ts';
export { followAllConflicts, followConflicts } from './conflicts.ts';
export { createEvent, deleteEvent, deleteWorkshop, replaceEvent, setAvailable, updateWorkshop } from './events.ts';
export { replaceLinks } from './links.ts';
export { clearCredential, setCredential } from './managers.ts';
export { acceptOffer } from './offers.ts';
export { keepPlan, rehearsePlan } from './placing.ts';
export { rankWorkshops } from './preferences.ts';
export { changeRegistrations, removeRegistration, setRegistrations } from './registering.ts';
export { joinWaiting, leaveWaiting, settleWaiting } from './waiting.ts';
