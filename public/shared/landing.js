// The landing page in the reader's language.
import { speak } from '/shared/language.js';

speak(
  {
    en: {
      intro: 'The back office of a community organisation. A link for you came by mail? Then open it from there.',
      staff: 'Sign in for staff',
      verify: 'Check a certificate',
    },
    zh: {
      intro: '社区组织的管理后台。如果您收到了邮件链接，请直接从邮件中打开。',
      staff: '工作人员登录',
      verify: '验证证书',
    },
    ru: {
      intro: 'Рабочее место сотрудников общественной организации. Если вам пришла ссылка, откройте её из письма.',
      staff: 'Вход для сотрудников',
      verify: 'Проверить сертификат',
    },
    nl: {
      intro:
        'De werkplek van een maatschappelijke organisatie. Kreeg je een link per mail? Open die dan vanuit de mail.',
      staff: 'Inloggen voor medewerkers',
      verify: 'Certificaat controleren',
    },
  },
  () => {},
);
