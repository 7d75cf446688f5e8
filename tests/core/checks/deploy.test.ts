// What `steward check --deploy` finds: each mistake by its id, nothing about a sound installation.
import { describe, expect, it } from 'vitest';
import { deployProblems } from '../../../src/core/checks/deploy.ts';
import { type DeployFacts, isWeak } from '../../../src/core/checks/deploy-finding.ts';
import { loadConfig } from '../../../src/core/config/config.ts';

const sound: Record<string, string> = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://staff.bloemen.nl',
  APP_KEY: 'q7Zt0vKfW3sLhY9pXc2RmB8uJd5NgA1eTiVoUrQk4Hw=',
  DATABASE_URL: 'postgresql://app:vK8s0Lq2Xm7Rt4Zp@db.internal/app?sslmode=verify-full',
  SMTP_URL: 'smtps://app:x@mail.bloemen.nl',
  MAIL_FROM: 'Bloemen <office@bloemen.nl>',
  TRUST_PROXY: '1',
  BOUNCE_MAILBOX_URL: 'imaps://back:x7Kp2mQ@mail.bloemen.nl',
  SMS_PROVIDER: 'webhook',
  SMS_WEBHOOK_URL: 'https://sms.bloemen.nl',
};
const facts: DeployFacts = { isKeyGiven: true, isRoot: false, hasAdministrator: true, hasDemo: false, endlessKeys: 0 };

const idsOf = (change: Record<string, string>, more: Partial<DeployFacts> = {}) => {
  const variables = Object.fromEntries(Object.entries({ ...sound, ...change }).filter(([, value]) => value !== ''));
  return deployProblems(loadConfig(variables), { ...facts, ...more }).map(({ id, level }) => `${id.slice(7)} ${level}`);
};

describe('check --deploy', () => {
  it('has nothing to say about a sound installation', () => {
    expect(idsOf({})).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ['D002 serious', { PUBLIC_URL: 'https://localhost:3000' }],
    ['D003 serious', { PUBLIC_URL: 'http://staff.bloemen.nl', TRUST_PROXY: '0' }],
    ['D004 warning', { TRUST_PROXY: '0' }],
    ['D005 serious', { CORS_ORIGINS: '*' }],
    ['D006 warning', { CORS_ORIGINS: 'http://bloemen.nl' }],
    ['D011 serious', { APP_KEY: 'changeme-changeme-changeme-changeme' }],
    ['D011 serious', { APP_KEY: 'a'.repeat(40) }],
    ['D012 warning', { METRICS_TOKEN: 'password12345678' }],
    ['D013 serious', { DATABASE_URL: 'postgresql://steward:steward@database/steward' }],
    ['D014 warning', { DATABASE_URL: 'postgresql://app:vK8s0Lq2Xm7Rt4Zp@db.internal/app' }],
    ['D020 serious', { SMTP_URL: '' }],
    ['D021 serious', { MAIL_FROM: '' }],
    ['D022 warning', { SMTP_URL: 'smtp://mail.bloemen.nl' }],
    ['D023 warning', { SMS_PROVIDER: '' }],
    ['D024 warning', { UNDO_SECONDS: '0' }],
    ['D025 warning', { BOUNCE_MAILBOX_URL: '' }],
    ['D041 warning', { STORAGE_URL: 's3://k:s@storage.bloemen.nl/files?tls=false' }],
    ['D043 warning', { CLAMAV_URL: 'tcp://scanner', CLAMAV_WHEN_AWAY: 'keep' }],
    ['D030 serious', { DATABASE_URL: '' }],
    ['D031 serious', { DEMO: 'true' }],
    ['D035 warning', { LOG_LEVEL: 'debug' }],
    ['D036 warning', { LOG_LEVEL: 'silent' }],
  ])('%s', (id, change) => {
    expect(idsOf(change)).toEqual([id]);
  });

  it.each<[string, Partial<DeployFacts>]>([
    ['D010 serious', { isKeyGiven: false }],
    ['D015 warning', { endlessKeys: 2 }],
    ['D032 warning', { hasDemo: true }],
    ['D033 warning', { hasAdministrator: false }],
    ['D034 warning', { isRoot: true }],
    ['D040 serious', { storageTrouble: 'The bucket does not exist.' }],
    ['D042 serious', { isScannerAway: true }],
  ])('%s, of what the installation holds', (id, more) => {
    expect(idsOf({}, more)).toEqual([id]);
  });

  it('says what is serious first, and calls a development set-up what it is', () => {
    const found = idsOf({ NODE_ENV: 'development', PUBLIC_URL: '', TRUST_PROXY: '0' }, { hasDemo: true });
    expect(found).toEqual(['D001 serious', 'D002 serious', 'D032 warning']);
  });

  it('has nothing to say about a neighbouring storage and scanner', () => {
    expect(idsOf({ STORAGE_URL: 's3://k:s@minio:9000/files?tls=false', CLAMAV_URL: 'tcp://clamav' })).toEqual([]);
  });

  it('does not take a random secret for a weak one', () => {
    for (const secret of ['Zk3tUq0v8sYhWmP2', '8f14e45fceea167a5a36dedd4bea2543', sound.APP_KEY as string])
      expect([secret, isWeak(secret)]).toEqual([secret, false]);
  });
});
