import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, loadConfig } from '../../src/core/config/config.ts';
import { keptSecret } from '../../src/core/config/secrets.ts';
import { variables } from '../../src/core/config/variables.ts';
import { readStorageUrl } from '../../src/core/files/storage-url.ts';
import { moduleVariables } from '../../src/core/variables.ts';
import { modules } from '../../src/modules/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'steward-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (environment: Record<string, string> = {}) => loadConfig({ DATA_DIR: folder, ...environment });
const complaint = (environment: Record<string, string>): string => {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('the configuration', () => {
  it('works without a single variable outside production', () => {
    const { appKey, ...config } = load();
    expect(config).toMatchObject({ mode: 'development', port: 3000, publicUrl: 'http://localhost:3000', mailRate: 10 });
    expect(config.databaseUrl).toBeUndefined();
    expect(appKey.length).toBeGreaterThanOrEqual(32);
  });

  it('says what to type, not what a program thinks', () => {
    const words = complaint({
      PORT: 'many',
      WORKER_PORT: '1.5',
      MAIL_RATE: '0',
      WEB_CONCURRENCY: '100',
      DEMO: 'maybe',
    });
    for (const line of [
      'PORT must be a number',
      'WORKER_PORT must be a whole number',
      'MAIL_RATE must be more than 0',
      'WEB_CONCURRENCY must be 64 or less',
      'DEMO must be one of 0, 1, true, false, yes, no',
    ])
      expect(words).toContain(`  - ${line}\n`.trimEnd());
    expect(words).not.toMatch(/expected|received|Invalid/);
  });

  const mistakes: [variable: string, value: string][] = [
    ['NODE_ENV', 'staging'],
    ['PORT', '70000'],
    ['PUBLIC_URL', 'example.org'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['APP_KEY', 'short'],
    ['SMTP_URL', 'mail.example.org'],
    ['MAIL_FROM', 'a@example.org, b@example.org'],
    ['MAIL_RATE', '0'],
    ['CORS_ORIGINS', 'https://example.org/path'],
    ['TRUST_PROXY', '-1'],
    ['TIME_ZONE', 'Mars/Olympus'],
    ['WEB_CONCURRENCY', 'many'],
    ['DRAIN_SECONDS', '-1'],
    ['DATABASE_DIRECT_URL', 'mysql://other'],
    ['STORAGE_URL', 's3://bucket'],
    ['CLAMAV_URL', 'http://scanner'],
    ['CLAMAV_WHEN_AWAY', 'hope'],
    ['SMS_PROVIDER', 'pigeon'],
    ['SMS_WEBHOOK_URL', 'ftp://example.org'],
    ['SMS_WEBHOOK_SECRET', 'short'],
    ['SMS_API_URL', 'gate.example.org'],
    ['SMS_RATE', '0'],
    ['SMS_COUNTRY', 'Holland'],
    ['WEBHOOK_RATE', 'fast'],
    ['OUTGOING_LOOPBACK', 'maybe'],
    ['BOUNCE_SECRET', 'whsec_c2hvcnQ='],
    ['BOUNCE_MAILBOX_URL', 'mail.example.org'],
    ['BOUNCE_ADDRESS', 'bounces+x@example.org'],
    ['QUIET_HOURS', 'at night'],
    ['UNDO_SECONDS', '1.5'],
    ['LOG_LEVEL', 'loud'],
    ['DEMO', 'maybe'],
  ];
  it.each(mistakes)('refuses %s=%s and names the variable', (variable, value) => {
    expect(complaint({ [variable]: value })).toContain(`- ${variable} `);
  });

  it.each<[Record<string, string>, string]>([
    [{ SMS_PROVIDER: 'twilio' }, 'TWILIO_AUTH_TOKEN is missing'],
    [{ SMS_PROVIDER: 'smsaero', SMSAERO_EMAIL: 'a@example.org' }, 'SMSAERO_API_KEY is missing'],
    [{ DKIM_DOMAIN: 'example.org' }, 'DKIM_SELECTOR is missing'],
    [
      { DKIM_DOMAIN: 'example.org', DKIM_SELECTOR: 'one', DKIM_PRIVATE_KEY: '/no/such/file' },
      'DKIM_PRIVATE_KEY must be a private RSA key',
    ],
  ])('names what %j makes necessary', (environment, words) => {
    expect(complaint(environment)).toContain(words);
  });

  it.each([
    ['s3://KEY:hush-hush@storage.example.org', 'must look like s3://KEY:SECRET@'],
    ['s3://KEY:hush-hush@storage.example.org/B', 'must name a bucket'],
    ['s3://KEY:hush-hush@storage.example.org/bucket?regio=x', 'takes the parameters region and tls'],
    ['s3://KEY:hush-hush@storage.example.org/bucket?tls=no', 'must say tls=true or tls=false'],
    ['s3://KEY:hush-hush@storage.example.org/bucket?region=a+b', 'must name a region'],
    ['s3://KEY:hush-hush@storage.example.org/bucket/../x', 'may name a folder'],
    ['s3://KEY:hush-hush%@storage.example.org/bucket', 'must have % written as %25'],
    ['s3://KEY:hush-hush@sto:rage/bucket', 'must name a host'],
    ['s3://KEY:hush-hush@', 'must look like'],
    ['gs://hush-hush', 'must begin with file:/// or s3://'],
  ])('says what is wrong with STORAGE_URL=%s without repeating it', (STORAGE_URL, words) => {
    const told = complaint({ STORAGE_URL });
    expect(told).toContain(`- STORAGE_URL ${words}`);
    expect(told).not.toContain('hush-hush');
  });

  it('never tells the password of the bounce mailbox', () => {
    const told = complaint({ BOUNCE_MAILBOX_URL: 'imaps://me:hush-hush%zz@mail.example.org' });
    expect(told).toContain('- BOUNCE_MAILBOX_URL must look like');
    expect(told).not.toContain('hush-hush');
  });

  it('reads a bucket with what its secret may have in it', () => {
    const { storageUrl } = load({
      STORAGE_URL: 's3://A%25K:se/cr+et%40@[::1]:9000/my.bucket/a/b?region=eu-1&tls=false',
    });
    expect(readStorageUrl(storageUrl ?? '')).toEqual({
      kind: 's3',
      endpoint: 'http://[::1]:9000',
      bucket: 'my.bucket',
      prefix: 'a/b/',
      region: 'eu-1',
      accessKeyId: 'A%K',
      secretAccessKey: 'se/cr+et@',
    });
  });

  it('tells all mistakes at once', () => {
    const told = complaint(Object.fromEntries(mistakes));
    expect(told).toContain(`has ${mistakes.length} mistake(s)`);
    for (const [variable] of mistakes) expect(told).toContain(`- ${variable} `);
  });

  it('has no default for secrets in production, and says so together with the other mistakes', () => {
    const told = complaint({ NODE_ENV: 'production', PORT: 'x' });
    for (const variable of ['APP_KEY', 'PUBLIC_URL', 'PORT']) expect(told).toContain(`- ${variable} `);
  });

  it('takes an empty variable as absent', () => {
    expect(load({ DATABASE_URL: '', PORT: '' })).toMatchObject({ port: 3000, databaseUrl: undefined });
  });

  it('needs an address when text messages go to a webhook', () => {
    expect(complaint({ SMS_PROVIDER: 'webhook' })).toContain('- SMS_WEBHOOK_URL ');
  });
});

describe('variables of a module', () => {
  const boxes = moduleVariables({ BOX_LIMIT: z.coerce.number().int().min(1).default(3) });
  const read = (environment: Record<string, string>, modules = [{ variables: boxes }]) =>
    loadConfig({ DATA_DIR: folder, ...environment }, modules);

  it('are read with the house’s, their defaults too', () => {
    expect(boxes.of(read({ BOX_LIMIT: '7' }))).toEqual({ BOX_LIMIT: 7 });
    expect(boxes.of(read({ BOX_LIMIT: '' }))).toEqual({ BOX_LIMIT: 3 });
  });

  it('have their mistakes told together with the house’s', () => {
    const mistakes = () => read({ BOX_LIMIT: '0', PORT: 'x' });
    expect(mistakes).toThrow(/BOX_LIMIT must be 1 or more/);
    expect(mistakes).toThrow(/PORT must be a number/);
  });

  it('are not silently absent when the configuration was read without their module', () => {
    expect(() => boxes.of(read({}, []))).toThrow('read without BOX_LIMIT');
  });
});

describe('.env.example', () => {
  const text = readFileSync(path.join(import.meta.dirname, '../../.env.example'), 'utf8');

  it('lists exactly the variables of the configuration, in their order', () => {
    const listed = [...text.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
    expect(listed).toEqual(
      [variables, ...modules.flatMap((one) => one.variables ?? [])].flatMap(({ shape }) => Object.keys(shape)),
    );
  });

  it('is itself a valid configuration, and shows the defaults', () => {
    const { dataDir, ...copied } = loadConfig(
      { ...parseEnv(text), DATA_DIR: folder } as Record<string, string>,
      modules,
    );
    expect(copied).toEqual({ ...loadConfig({ DATA_DIR: folder }, modules), dataDir: undefined });
    expect(dataDir).toBe(folder);
  });
});

describe('a kept secret', () => {
  it('stays the same, differs by name, and only its owner can read it', () => {
    const secret = keptSecret(folder, 'one');
    expect(keptSecret(folder, 'one')).toBe(secret);
    expect(keptSecret(folder, 'two')).not.toBe(secret);
    expect(statSync(path.join(folder, 'secrets/one')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(folder, 'secrets')).mode & 0o777).toBe(0o700);
    expect(readdirSync(path.join(folder, 'secrets')).filter((name) => name.includes('.'))).toEqual([]);
  });
});
