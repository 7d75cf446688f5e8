// A small believable campus: clubs in every state, activities in review, edited, open, full and over, people who enrolled.
// The rule: what is approved here has no account that anybody could sign in to.
import { type Core, clockTime, createOperator, instantOf, systemActor, type Work } from '../../core/index.ts';
import { approveActivity, changeActivity, publishActivity } from './activities.ts';
import type { ActivityValues } from './activity-fields.ts';
import { applyAsClub } from './applications.ts';
import { clubRole } from './decisions.ts';
import { drawDemoPicture } from './demo-pictures.ts';
import { keepUpload } from './uploads.ts';

const day = 86_400_000;

const clubs = [
  { name: '珠江划船社 Pearl River Rowing', email: 'rowing@example.org', info: 'On the river since 1998.', hue: 0 },
  { name: 'Chess and Go Society', email: 'chess@example.org', info: 'Boards, clocks and tea.', hue: 1 },
  { name: '绿手志愿者协会', email: 'green.hands@example.org', info: '每周六在东校区种树。', hue: 2 },
  { name: 'Astronomy Club', email: 'stars@example.org', info: 'We bring the telescope.', hue: 3 },
  { name: 'Pearl River Rowing Team', email: 'row.ing@example.org', info: 'Evidence attached.', hue: 4 },
  { name: 'Free Phones Club', email: 'prizes@example.org', info: '', hue: 5 },
] as const;
const approved = 3;

const people = ['王小明', '李娜', '张伟', '陈洁', 'Ana Núñez', 'Нина Орлова', 'Jan de Vries', '김민준'];

/** Loads the demo. No mail leaves. */
export async function loadDemo(core: Core): Promise<void> {
  const ids: string[] = [];
  for (const club of clubs) ids.push(await addClub(core, club));
  for (const id of ids.slice(0, approved)) await core.transaction(systemActor, (work) => open(work, id));
  await core.db.club.update({
    where: { id: ids[5] },
    data: {
      state: 'refused',
      refusal: 'The evidence shows no club.',
      decidedAt: new Date(),
      decidedBy: 'Demo',
      decisions: 1,
    },
  });
  const [rowing = '', chess = '', green = ''] = ids;
  await core.transaction(systemActor, (work) => addActivities(work, { rowing, chess, green }), { timeoutMs: 60_000 });
}

async function addClub(core: Core, { hue, ...club }: (typeof clubs)[number]): Promise<string> {
  const logo = await keepUpload(core, await drawDemoPicture('logo', hue));
  const evidence = await keepUpload(core, await drawDemoPicture('evidence', hue));
  const { id } = await core.transaction(systemActor, (work) => applyAsClub(work, { ...club, logo, evidence }, 'zh'));
  return id;
}

async function open(work: Work, id: string): Promise<void> {
  const club = await work.tx.club.findUniqueOrThrow({ where: { id } });
  const { id: operatorId } = await createOperator(work, { ...club, roleName: clubRole, scopeId: id });
  const decided = { decidedAt: new Date(), decidedBy: 'Demo', decisions: 1 };
  await work.tx.club.update({ where: { id }, data: { state: 'approved', operatorId, ...decided } });
}

async function addActivities(work: Work, by: { rowing: string; chess: string; green: string }): Promise<void> {
  const at = (days: number, hour = 14) =>
    instantOf(`${clockTime(new Date(Date.now() + days * day)).slice(0, 10)}T${hour}:00:00`);
  const shown = { shownFrom: at(-2), shownUntil: at(40) };
  const add = async (clubId: string | null, values: Partial<ActivityValues> & { starts: number; name: string }) => {
    const { starts, ...rest } = values;
    const when = { startsAt: at(starts), endsAt: at(starts, 17), ...shown };
    return publishActivity(work, { type: 'leisure', ...when, ...rest }, clubId);
  };
  const river = await add(by.rowing, {
    name: '珠江清洁日 River clean-up',
    starts: 6,
    type: 'charity',
    campuses: ['east', 'north'],
    location: '北门码头',
    sponsor: 'Pearl River Rowing',
    introduction: '一起清洁珠江。',
    detail: 'Bring gloves; we bring the boats.',
    reward: '志愿时 3 小时',
    enrolling: 'open',
    capacity: 20,
  });
  const open = await add(by.chess, {
    name: 'Open Go tournament',
    starts: 12,
    type: 'contest',
    campuses: ['south'],
    location: 'Library, room 301',
    sponsor: 'Chess and Go Society',
    introduction: 'Five rounds, all levels.',
    enrolling: 'open',
    capacity: 4,
  });
  const trees = await add(by.green, {
    name: '植树周末',
    starts: 3,
    type: 'outdoor',
    campuses: ['east'],
    location: '东校区后山',
    sponsor: '绿手志愿者协会',
    introduction: '带上水和帽子。',
    enrolling: 'open',
  });
  await add(by.green, {
    name: '旧书义卖',
    starts: 20,
    type: 'charity',
    campuses: ['zhuhai'],
    location: '珠海校区图书馆',
    introduction: '所得捐给山区小学。',
  });
  await add(null, {
    name: 'Night of short films',
    starts: 9,
    type: 'show',
    campuses: ['south', 'north'],
    location: 'Old hall',
    sponsor: 'Students of the film course',
    email: 'films@example.org',
  });
  for (const { id } of [river, open, trees]) await approveActivity(work, id);
  await changeActivity(work, trees.id, { location: '东校区图书馆前', startsAt: at(4), endsAt: at(4, 18) }, 'club');
  await fill(work, river.id, 8);
  await fill(work, open.id, 4);
}

async function fill(work: Work, activityId: string, count: number): Promise<void> {
  await work.tx.activityEnrolment.createMany({
    data: people.slice(0, count).map((name, index) => ({
      activityId,
      name,
      studentId: `183${String(index + 1).padStart(5, '0')}`,
      phone: `1380000${String(1000 + index)}`,
      school: index % 2 ? '数学学院' : 'School of Physics',
    })),
  });
}
