// What the public routes say, in each language. The Russian sentences are those of the contract.
import { languages } from '../../core/index.ts';

const ru = {
  phoneMissing: 'Номер телефона не предоставлен',
  phoneWrong: 'Введите правильный номер телефона.',
  phoneAbroad: 'Номера этой страны не участвуют в конкурсе.',
  phoneKnown: 'Номер уже подтвержден',
  phoneUnverified: 'Номер телефона не подтвержден',
  verified: 'Номер телефона подтвержден',
  codeWrong: 'Неверный код, попробуйте еще раз',
  tooMany: 'Слишком много попыток. Попробуйте позже.',
  smsOff: 'Сейчас сообщения не отправляются. Попробуйте позже.',
  closed: 'Регистрация закрыта.',
  required: 'Обязательное поле.',
  blank: 'Это поле не может быть пустым.',
  text: 'Введите текст.',
  tooLong: 'Убедитесь, что это значение содержит не более {limit} символов.',
  signs: 'Значение содержит недопустимые символы.',
  number: 'Введите правильное число.',
  date: 'Введите дату в формате дд.мм.гггг.',
  future: 'Дата должна быть в прошлом.',
  email: 'Введите правильный адрес электронной почты.',
  emailTaken: 'participants с таким email уже существует.',
  phoneTaken: 'participants с таким phone уже существует.',
  body: 'Тело запроса должно быть объектом.',
  lastFour: 'Введите ровно четыре последние цифры номера.',
  page: 'Неверный номер страницы.',
};

/** The key of a sentence. */
export type Sentence = keyof typeof ru;

const en: Record<Sentence, string> = {
  phoneMissing: 'No phone number was given.',
  phoneWrong: 'Enter a valid phone number.',
  phoneAbroad: 'Phones of this country do not take part in the contest.',
  phoneKnown: 'This number is confirmed already',
  phoneUnverified: 'The phone number is not confirmed',
  verified: 'The phone number is confirmed',
  codeWrong: 'Wrong code, please try again',
  tooMany: 'Too many attempts. Please try again later.',
  smsOff: 'No messages are sent at the moment. Please try again later.',
  closed: 'Registration is closed.',
  required: 'This field is required.',
  blank: 'This field may not be blank.',
  text: 'Enter a text.',
  tooLong: 'Ensure this field has no more than {limit} characters.',
  signs: 'The value has characters that are not allowed.',
  number: 'Enter a valid number.',
  date: 'Enter a date as dd.mm.yyyy.',
  future: 'The date must be in the past.',
  email: 'Enter a valid e-mail address.',
  emailTaken: 'A participant with this e-mail address exists already.',
  phoneTaken: 'A participant with this phone exists already.',
  body: 'The body must be an object.',
  lastFour: 'Enter exactly the last four digits of the number.',
  page: 'This is not a page.',
};

const zh: Record<Sentence, string> = {
  phoneMissing: '未提供电话号码。',
  phoneWrong: '请输入有效的电话号码。',
  phoneAbroad: '该国家的号码不能参加本次抽奖活动。',
  phoneKnown: '该号码已验证',
  phoneUnverified: '电话号码尚未验证',
  verified: '电话号码已验证',
  codeWrong: '验证码错误，请重试',
  tooMany: '尝试次数过多，请稍后再试。',
  smsOff: '目前无法发送短信，请稍后再试。',
  closed: '报名已结束。',
  required: '此项为必填项。',
  blank: '此项不能为空。',
  text: '请输入文字。',
  tooLong: '请勿超过 {limit} 个字符。',
  signs: '内容含有不允许的字符。',
  number: '请输入有效的数字。',
  date: '请按 日.月.年 的格式输入日期。',
  future: '日期必须早于今天。',
  email: '请输入有效的电子邮箱。',
  emailTaken: '该电子邮箱已报名。',
  phoneTaken: '该电话号码已报名。',
  body: '请求内容必须是一个对象。',
  lastFour: '请输入号码的最后四位数字。',
  page: '页码无效。',
};

const nl: Record<Sentence, string> = {
  phoneMissing: 'Er is geen telefoonnummer opgegeven.',
  phoneWrong: 'Vul een geldig telefoonnummer in.',
  phoneAbroad: 'Nummers uit dit land doen niet mee.',
  phoneKnown: 'Dit nummer is al bevestigd',
  phoneUnverified: 'Het telefoonnummer is niet bevestigd',
  verified: 'Het telefoonnummer is bevestigd',
  codeWrong: 'Verkeerde code, probeer het nog eens',
  tooMany: 'Te veel pogingen. Probeer het later nog eens.',
  smsOff: 'Er worden nu geen berichten verstuurd. Probeer het later nog eens.',
  closed: 'De inschrijving is gesloten.',
  required: 'Dit veld is verplicht.',
  blank: 'Dit veld mag niet leeg zijn.',
  text: 'Vul een tekst in.',
  tooLong: 'Gebruik niet meer dan {limit} tekens.',
  signs: 'Er staan tekens in die niet zijn toegestaan.',
  number: 'Vul een geldig getal in.',
  date: 'Vul een datum in als dd.mm.jjjj.',
  future: 'De datum moet in het verleden liggen.',
  email: 'Vul een geldig e-mailadres in.',
  emailTaken: 'Er is al een deelnemer met dit e-mailadres.',
  phoneTaken: 'Er is al een deelnemer met dit telefoonnummer.',
  body: 'De inhoud moet een object zijn.',
  lastFour: 'Vul precies de laatste vier cijfers van het nummer in.',
  page: 'Deze pagina bestaat niet.',
};

const all: Readonly<Record<string, Record<Sentence, string>>> = { ru, en, zh, nl };

/** Returns a sentence in a language, in Russian where there is no such language. */
export function say(language: string, sentence: Sentence, limit?: number): string {
  return (all[language] ?? ru)[sentence].replace('{limit}', String(limit ?? ''));
}

/** Returns the language of a caller: the one negotiated when Accept-Language names one of ours, else the contest's own. */
export function languageOf(header: string | undefined, negotiated: string, own: string): string {
  const named = (header ?? '').toLowerCase().split(',');
  const isOurs = named.some((tag) => languages.some((one) => tag.trim().split(/[-;]/)[0] === one));
  return isOurs ? negotiated : own;
}
