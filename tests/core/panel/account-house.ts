// People with accounts and authenticator apps, and two instances over one database: what the tests of accounts and of the second factor share.
import { expect, vi } from 'vitest';
import { systemActor } from '../../../src/core/access.ts';
import { buildPanel } from '../../../src/core/panel/index.ts';
import { createOperator } from '../../../src/core/people/operators.ts';
import { confirmFactor, newFactor } from '../../../src/core/people/second-factor.ts';
import { hotp, timeStep } from '../../../src/lib/totp.ts';
import { openTestWeb, type TestWeb, Visitor } from '../../kit/http.ts';
import { openTestPanel, password, type TestPanel } from './kit.ts';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
export const api = '/admin/api/steward';

/** The bytes that an app holds for a secret as it is shown. */
export function bytesOf(secret: string): Buffer {
  const letters = secret.replace(/\s/g, '');
  const bits = [...letters].map((one) => base32.indexOf(one).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
}

/** A code that is good now; `ahead` 1 is the next one, so that one more can be used within the same half minute. */
export const codeOf = (secret: string, ahead = 0) => hotp(bytesOf(secret), timeStep(new Date()) + ahead);

/** Tells whether a visitor is signed in. */
export const isIn = async (visitor: Visitor) => (await visitor.get(`${api}/state`)).status === 200;

/** Gives a code at the step after the password. */
export const give = (visitor: Visitor, code: string) => visitor.form('/admin/second-factor', { code });

/** A panel with another instance beside it, and people in it. */
export interface AccountHouse {
  panel: TestPanel;
  second: TestWeb;
  person(roleName?: string): Promise<{ id: string; email: string }>;
  /** Somebody with an app; its first code (of the step before) is used up. */
  personWithApp(): Promise<{ id: string; email: string; secret: string; codes: string[] }>;
  /** Somebody who has given the password and not yet the code. */
  atTheStep(email: string, web?: TestWeb): Promise<Visitor>;
  close(): Promise<void>;
}

/** Opens the house. */
export async function openAccountHouse(): Promise<AccountHouse> {
  const panel = await openTestPanel({}, { houseOperators: true });
  const second = await openTestWeb(panel.core, await buildPanel(panel.core, { componentsFile: import.meta.filename }));
  let nth = 0;
  const person = async (roleName = 'administrator') => {
    const email = `person${++nth}@example.org`;
    const { id } = await panel.core.transaction(systemActor, (work) =>
      createOperator(work, { email, roleName, password }),
    );
    return { id, email };
  };
  return {
    panel,
    second,
    person,
    async personWithApp() {
      const { id, email } = await person();
      const { secret, sealed } = await newFactor(panel.core, { id, email });
      // The half minute must not end between making the code and looking at it: one that is two steps old fits no more.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
      const codes = await panel.core
        .transaction(systemActor, (work) => confirmFactor(work, id, sealed, codeOf(secret, -1)))
        .finally(() => vi.useRealTimers());
      return { id, email, secret, codes };
    },
    async atTheStep(email, web = panel.web) {
      const visitor = new Visitor(web);
      const answer = await visitor.signIn(email, password);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/second-factor']);
      return visitor;
    },
    async close() {
      await second.close();
      await panel.close();
    },
  };
}
