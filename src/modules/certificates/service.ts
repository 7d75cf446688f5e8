// The verbs of the certificates module in one place; each lives in the file of its noun.
export { createCampaign, newOrganiserKey, removeTemplate, saveLayout, setTemplate } from './campaigns.ts';
export { findByToken, storeName, submitName } from './claim.ts';
export { issueCertificate, resetRecipient, revokeCertificates, sendAgain } from './issuing.ts';
export { noticeProgress, startNotices } from './notice-run.ts';
export { sendNotice } from './notices.ts';
export { configureCampaign } from './organiser-config.ts';
export { addRecipients, rehearseRecipients } from './recipients.ts';
export { verifyCode } from './verification.ts';
