// A small believable contest: a city quiz with participants in several states, a few winners, and a draw that waits to be frozen.
import { type Core, systemActor, type Work } from '../../core/index.ts';
import { createContest, publishResults } from './contests.ts';
import { createDraw } from './draws.ts';
import { addParticipant } from './registration.ts';
import { addWinners } from './winners.ts';

const people = `Анна Иванова Петровна 20.05.1985 ул. Ленинская, 12
Пётр Соколов Андреевич 03.11.1979 пр. Победы, 40
Мария Кузнецова Игоревна 14.02.1992 ул. Советская, 7
Иван Смирнов Павлович 29.07.1968 ул. Кирова, 19
Ольга Попова Сергеевна 08.03.1990 ул. Садовая, 3
Дмитрий Лебедев Олегович 17.12.1983 пр. Мира, 55
Елена Козлова Викторовна 01.06.1995 ул. Набережная, 21
Алексей Новиков Ильич 25.09.1974 ул. Школьная, 2
Наталья Морозова Юрьевна 11.01.1988 ул. Зелёная, 14
Сергей Волков Денисович 30.04.2001 ул. Морская, 8
Татьяна Орлова Михайловна 22.10.1981 ул. Вулканная, 31
Андрей Фёдоров Романович 05.08.1977 ул. Тушканова, 9`;
const prizes = ['Велосипед', 'Билеты в театр', 'Книга о Камчатке'];
const withOperator = 7;

/** Loads the demo contest. Nothing of it leaves the house. */
export async function loadDemo(core: Core): Promise<void> {
  await core.transaction(systemActor, async (work) => {
    const contest = await createContest(work, {
      slug: 'city-quiz',
      title: 'Городская викторина 2026',
      language: 'ru',
    });
    await work.tx.contest.update({
      where: { id: contest.id },
      data: { operatorUrl: operatorAddress(core) },
    });
    const ids: string[] = [];
    for (const [at, line] of people.split('\n').entries()) ids.push(await add(work, contest.id, line, at));
    await addWinners(
      work,
      prizes.map((prize, at) => ({ participantId: ids[at] ?? '', prize })),
    );
    await publishResults(work, contest.id, true);
    await createDraw(work, {
      contestId: contest.id,
      title: 'Розыгрыш среди участников',
      prizes: '1 x Поездка к вулкану\n3 x Термокружка',
      reserves: 3,
    });
  });
}

// The stand-in for the operator plays its part where our own calls may reach this machine.
function operatorAddress({ config }: Core): string | null {
  return config.outgoingLoopback ? `http://127.0.0.1:${config.port}/api/test/create/` : null;
}

async function add(work: Work, contestId: string, line: string, at: number): Promise<string> {
  const [firstName = '', secondName = '', patronymic = '', birthday = '', ...street] = line.split(' ');
  const number = String(at + 1).padStart(2, '0');
  const person = {
    firstName,
    secondName,
    patronymic,
    birthday: new Date(`${birthday.split('.').reverse().join('-')}T00:00:00Z`),
    districtId: 41,
    address: `Петропавловск-Камчатский, ${street.join(' ')}`,
    email: `participant${number}@example.org`,
    phone: `+790912300${number}`,
  };
  const { id } = await addParticipant(work, contestId, person, { verifiedAt: new Date(), language: 'ru' });
  if (at >= withOperator) return id;
  const now = new Date();
  await work.tx.participant.update({ where: { id }, data: { status: true, handOver: 'sent', handedOverAt: now } });
  const answer = '{"status":"accepted"}';
  await work.tx.handOver.create({
    data: {
      participantId: id,
      contestId,
      email: person.email,
      result: 'accepted',
      httpStatus: 201,
      response: answer,
      wholeResponse: answer,
    },
  });
  return id;
}
