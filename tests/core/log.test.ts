import { beforeEach, describe, expect, it } from 'vitest';
import { childLog, configureLog, log, withLogContext } from '../../src/core/log.ts';

let lines: string[] = [];
const configure = (readable: boolean, level = 'info') =>
  configureLog({ level, readable, write: (line) => void lines.push(line) });
const written = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

beforeEach(() => {
  lines = [];
  configure(false);
});

describe('the log', () => {
  it('writes one JSON object a line in production', () => {
    childLog({ part: 'mail' }).info({ sent: 3 }, 'mails left');
    expect(written()).toEqual([expect.objectContaining({ level: 'info', part: 'mail', sent: 3, msg: 'mails left' })]);
    expect(lines[0]).toMatch(/\n$/);
  });

  it('writes a line that people read in development', () => {
    configure(true);
    childLog({ part: 'mail' }).warn({ sent: 3 }, 'mails left');
    expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d warn {2}mails left {2}part=mail {2}sent=3\n$/)]);
  });

  it('keeps quiet below its level, also for logs made before the level was set', () => {
    const early = childLog({ part: 'early' });
    configure(false, 'error');
    early.info('not this');
    early.error('but this');
    expect(written().map((line) => line.msg)).toEqual(['but this']);
  });

  it('adds request and run ids to each line written inside, also later and in nested calls', async () => {
    await withLogContext({ requestId: 'r1' }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      withLogContext({ runId: 'run1' }, () => log.info('inside'));
      log.info('around');
    });
    log.info('outside');
    expect(written().map(({ requestId, runId }) => [requestId, runId])).toEqual([
      ['r1', 'run1'],
      ['r1', undefined],
      [undefined, undefined],
    ]);
  });

  const secrets = {
    'a password': { password: 'hunter22canary' },
    'a nested authorization header': { headers: { authorization: 'Bearer hunter22canary' } },
    'a cookie': { headers: { cookie: 'sid=hunter22canary' } },
    'a token by any name': { claimToken: 'hunter22canary' },
    'an API key': { apiKey: 'hunter22canary' },
    'an address under its own name': { toAddress: 'hunter22canary' },
    'an e-mail address in a text': { note: 'to hunter22canary@example.org' },
    'an e-mail address beyond ASCII': { note: 'to hunter22canary@пример.рф' },
    'a credential in an address': { note: 'smtp://user:hunter22canary@mail.example.org' },
    'a long token in a path': { path: '/claim/hunter22canary_8Jf03kLmZ1x9Qw7Rt5Yu3' },
    'a bearer token in a text': { note: 'sent bearer hunter22canary' },
    'a signed token in a text': { note: 'eyJhbGciOi.hunter22canary.c2lnbmF0dXJl' },
    'an error and its cause': { err: new Error('a', { cause: new Error('hunter22canary@example.org') }) },
    'what a driver hangs on its error': { err: Object.assign(new Error('a'), { detail: 'hunter22canary' }) },
  };
  it.each(Object.entries(secrets))('never shows %s', (_name, fields) => {
    log.error(fields, 'something about hunter22canary@example.org');
    configure(true);
    log.error(fields, 'something about hunter22canary@example.org');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('hunter22canary');
  });

  it('keeps what helps: record ids, codes, names of errors and where they were thrown', () => {
    const id = '0198c2d4-7b1e-7cc3-98c4-dc0c0c07398f';
    log.error({ recordId: id, err: Object.assign(new TypeError('broken'), { code: 'P2002' }) }, `record ${id}`);
    const [line] = written();
    expect(line).toMatchObject({
      recordId: id,
      msg: `record ${id}`,
      err: { type: 'TypeError', message: 'broken', code: 'P2002' },
    });
    expect(JSON.stringify(line)).toContain('log.test.ts');
  });
});
