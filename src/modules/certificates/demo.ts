// A small believable campaign: people in many scripts, some notified, some with certificates, one that needs a look.
import { type Core, newCode, systemActor, type Work } from '../../core/index.ts';
import { createCampaign, saveLayout, setTemplate } from './campaigns.ts';
import { demoLayout, drawDemoPicture } from './demo-picture.ts';
import { issueCertificate } from './issuing.ts';
import { sendNotice } from './notices.ts';
import { addRecipients } from './recipients.ts';
import { readPeople } from './recipients-list.ts';

const people = `email,number,name
wang.xiaoming@example.org,SV-2026-001,王小明
zoya@example.org,SV-2026-002,Зоя Космодемьянская
lukasz@example.org,SV-2026-003,Łukasz Żółkiewski
noor@example.org,SV-2026-004,نور الهدى محمد
devi@example.org,SV-2026-005,देवी शर्मा
minjun@example.org,SV-2026-006,김민준
sakura@example.org,SV-2026-007,さくら 田中
zoe@example.org,SV-2026-008,Zoë 🌷 van Dijk
jan@example.org,SV-2026-009,Jan de Vries
ana@example.org,SV-2026-010,Ana María Núñez
li.na@example.org,SV-2026-011,李娜
oleksandr@example.org,SV-2026-012,Олександр Шевченко
ngoc@example.org,SV-2026-013,Nguyễn Thị Ngọc
eleni@example.org,SV-2026-014,Ελένη Παπαδοπούλου
fatima@example.org,SV-2026-015,فاطمة الزهراء
arjun@example.org,SV-2026-016,अर्जुन पटेल
jisoo@example.org,SV-2026-017,박지수
haruto@example.org,SV-2026-018,佐藤 陽翔
ada@example.org,SV-2026-019,Ada Lovelace
bjorn@example.org,SV-2026-020,Björn Åkesson
maria@example.org,SV-2026-021,Maria da Conceição Gonçalves
ivan@example.org,SV-2026-022,Иван Петров
chen.jie@example.org,SV-2026-023,陈洁
sofie@example.org,SV-2026-024,`;
const claimed = 8;
const notified = 14;

/** Loads the demo campaign. Without a mail server its mails are only captured; with one, none is sent. */
export async function loadDemo(core: Core): Promise<void> {
  const picture = await drawDemoPicture();
  const campaign = await core.transaction(systemActor, async (work) => {
    const made = await createCampaign(work, {
      title: 'Spring volunteers 2026',
      organisation: 'Green Canal Society',
      website: 'https://example.org',
    });
    await setTemplate(work, made.id, picture);
    await saveLayout(work, made.id, demoLayout);
    await addRecipients(work, made.id, readPeople(people));
    return made;
  });
  const rows = await core.db.recipient.findMany({ where: { campaignId: campaign.id }, orderBy: { number: 'asc' } });
  const isCaptured = core.config.smtpUrl === undefined;
  for (const row of rows.slice(0, claimed)) await claimAs(core, row.id, isCaptured);
  for (const row of rows.slice(claimed, notified))
    await core.transaction(systemActor, (work) => notify(work, row.id, isCaptured));
}

async function claimAs(core: Core, id: string, isCaptured: boolean): Promise<void> {
  const now = new Date();
  await core.db.recipient.update({
    where: { id },
    data: { state: 'submitted', notifiedAt: now, submittedAt: now },
  });
  await issueCertificate(core, id, { isMailed: isCaptured });
  if (!isCaptured)
    await core.db.recipient.updateMany({ where: { id, state: 'drawn' }, data: { state: 'mailed', mailedAt: now } });
}

async function notify(work: Work, id: string, isCaptured: boolean): Promise<void> {
  if (isCaptured)
    await sendNotice(work, id, { expected: 'added', idempotencyKey: `certificates.demo:${id}:${newCode(8)}` });
  else await work.tx.recipient.update({ where: { id }, data: { state: 'notified', notifiedAt: new Date() } });
}
