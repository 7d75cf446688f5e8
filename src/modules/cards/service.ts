// The verbs of the cards module in one place; each lives in the file of its noun.
export { banAccount, editProfile, register, signIn, unbanAccount } from './accounts.ts';
export { createBatch, makeCodes } from './batches.ts';
export { appealCard, createCard, deleteCard, editCard, restoreOwnCard } from './cards.ts';
export { banCard, dismissReports, reportCard, restoreCard } from './moderation.ts';
export { dataOfAccount, eraseAccount } from './personal-data.ts';
export { readCard, scanCode } from './reading.ts';
export { keepResource } from './resources.ts';
