// The verbs of the contests module in one place; each lives in the file of its noun.
export { createContest, currentContest, findContest, makeCurrent, publishResults, updateContest } from './contests.ts';
export { createDraw, drawByBeacon, freezeDraw, redraw } from './draws.ts';
export { markHandedOver, sendAgainToOperator, sendToOperator } from './hand-over.ts';
export { addParticipant, register } from './registration.ts';
export { tellResult } from './results.ts';
export { commitWords, revealWords } from './staff-seed.ts';
export { checkCode, requestCode } from './verification.ts';
export { addWinners, findWinners, listWinners } from './winners.ts';
