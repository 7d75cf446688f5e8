// The stand-in for the operator: takes what a hand-over sends and keeps it, so that the whole way can be seen. In development only.
import { type Core, invalid } from '../../core/index.ts';
import { readText } from './person-form.ts';
import { say } from './words.ts';

const limits = {
  first_name: 50,
  second_name: 50,
  patronymic: 50,
  birthday: 50,
  address: 250,
  email: 254,
  phone: 50,
} as const;

/** Keeps a sending and returns it as it was taken. Throws invalid with a sentence for each field at fault. */
export async function takeTestSending(
  core: Core,
  body: Readonly<Record<string, unknown>>,
  language: string,
  signature: string | undefined,
): Promise<Record<string, unknown>> {
  const faults: Record<string, string> = {};
  const read = (name: keyof typeof limits) => {
    const reading = readText(Object.hasOwn(body, name) ? body[name] : undefined, limits[name], name === 'patronymic');
    if ('value' in reading) return reading.value;
    faults[name] = say(language, reading.fault, reading.limit);
    return '';
  };
  const data = {
    firstName: read('first_name'),
    secondName: read('second_name'),
    patronymic: read('patronymic'),
    birthday: read('birthday'),
    address: read('address'),
    email: read('email'),
    phone: read('phone'),
  };
  const district = String(body.district_id ?? 41);
  if (!/^\d{1,9}$/.test(district)) faults.district_id = say(language, 'number');
  if (Object.keys(faults).length > 0) throw invalid(Object.values(faults)[0] as string, faults);
  const row = await core.db.testSending.create({
    data: { ...data, districtId: Number(district), signature: signature?.slice(0, 500) ?? null },
  });
  return {
    id: row.number,
    first_name: row.firstName,
    second_name: row.secondName,
    patronymic: row.patronymic,
    birthday: row.birthday,
    district_id: row.districtId,
    address: row.address,
    email: row.email,
    phone: row.phone,
  };
}
