// What the page says, in each of its languages.

export const dictionary = {
  en: {
    title: '{{Label}}',
    loading: 'One moment …',
    empty: 'There is nothing here yet.',
    noAnswer: 'No answer. Please try again later.',
  },
  zh: {
    title: '{{Label}}',
    loading: '请稍候……',
    empty: '这里还没有内容。',
    noAnswer: '没有应答，请稍后再试。',
  },
  ru: {
    title: '{{Label}}',
    loading: 'Минуту…',
    empty: 'Здесь пока ничего нет.',
    noAnswer: 'Нет ответа. Попробуйте позже.',
  },
  nl: {
    title: '{{Label}}',
    loading: 'Een ogenblik …',
    empty: 'Hier is nog niets.',
    noAnswer: 'Geen antwoord. Probeer het later opnieuw.',
  },
};
