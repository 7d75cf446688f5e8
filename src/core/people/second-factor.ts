// The second factor: codes of an authenticator app, and recovery codes for when it is away. The rule: the secret is sealed, a
// time step is taken once, a recovery code is kept as a hash and used once, and guesses are counted over all instances.
import { randomBytes } from 'node:crypto';
import { keyUri, stepOfCode, toBase32 } from '../../lib/totp.ts';
import type { Core } from '../core.ts';
import { conflict, StewardError } from '../errors.ts';
import { qrSvg } from '../images/qr.ts';
import type { Limit } from '../limits.ts';
import type { Row } from '../model.ts';
import { clearAlphabet, hashToken, newCode, open, seal } from '../tokens.ts';
import { phrase } from '../words/catalogue.ts';
import type { Work } from '../work.ts';

type Operator = Row<'Operator'>;

/** What an operator's app needs: the secret in words and as a picture, and sealed to be kept until it is confirmed. */
export interface NewFactor {
  secret: string;
  /** The QR code as an SVG document. */
  qr: string;
  sealed: string;
}

const codeCount = 10;
const guesses: Limit = { name: 'second-factor', points: 6, seconds: 15 * 60 };
const guessesADay: Limit = { name: 'second-factor-day', points: 40, seconds: 24 * 60 * 60 };
const wrongCode = phrase('This code does not fit. Codes are good for half a minute, and each only once.');

/** Tells whether the operator signs in with a second factor. */
export function hasSecondFactor(operator: Pick<Operator, 'totpSecret'>): boolean {
  return operator.totpSecret !== null;
}

/** Tells whether the operator's role asks for a second factor that is not there yet. */
export function lacksSecondFactor(operator: Operator & { role: Pick<Row<'Role'>, 'mustUseSecondFactor'> }): boolean {
  return operator.role.mustUseSecondFactor && !hasSecondFactor(operator);
}

/** Makes a new secret for an operator. Nothing is kept: what is sealed comes back with the first code. */
export async function newFactor(core: Core, operator: Pick<Operator, 'id' | 'email'>): Promise<NewFactor> {
  return showFactor(
    core,
    operator,
    seal(core.config.appKey, purposeFor(operator.id), randomBytes(20).toString('base64')),
  );
}

/** Shows a sealed secret again, for example after a mistyped code. */
export async function showFactor(
  core: Core,
  operator: Pick<Operator, 'id' | 'email'>,
  sealed: string,
): Promise<NewFactor> {
  const secret = givenSecret(core, operator.id, sealed);
  const uri = keyUri(secret, `Steward ${new URL(core.config.publicUrl).host}`, operator.email);
  return { secret: toBase32(secret).replace(/(.{4})(?=.)/g, '$1 '), qr: await qrSvg(uri, { size: 220 }), sealed };
}

/** Keeps a new secret once its first code fits; ends all sessions and returns the recovery codes, which are shown this once. Throws wrong-code. */
export async function confirmFactor(work: Work, operatorId: string, sealed: string, code: string): Promise<string[]> {
  const { core } = work;
  const operator = await locked(work, operatorId);
  if (operator.totpSecret !== null) throw conflict('A second factor is set up already.');
  const step = stepOfCode(givenSecret(core, operatorId, sealed), digitsOf(code), new Date());
  if (step === undefined) throw wrong();
  await work.tx.operator.update({
    where: { id: operatorId },
    data: { totpSecret: sealed, totpSince: new Date(), totpLastStep: step, epoch: { increment: 1 } },
  });
  const codes = await writeCodes(work, operatorId);
  await work.audit({ kind: 'update', summary: 'A second factor was set up', ...recordOf(operator) });
  return codes;
}

/** Makes new recovery codes; the old ones end. Returns them, shown this once. */
export async function renewRecoveryCodes(work: Work, operatorId: string): Promise<string[]> {
  const operator = await locked(work, operatorId);
  if (operator.totpSecret === null) throw conflict('There is no second factor.');
  const codes = await writeCodes(work, operatorId);
  await work.audit({ kind: 'update', summary: 'New recovery codes were made', ...recordOf(operator) });
  return codes;
}

/** Takes the second factor away, ends all sessions and says so in the audit. */
export async function removeFactor(work: Work, operatorId: string): Promise<void> {
  const operator = await locked(work, operatorId);
  if (operator.totpSecret === null) throw conflict('There is no second factor.');
  await work.tx.operator.update({
    where: { id: operatorId },
    data: { totpSecret: null, totpSince: null, totpLastStep: null, epoch: { increment: 1 } },
  });
  await work.tx.recoveryCode.deleteMany({ where: { operatorId } });
  await work.audit({ kind: 'update', summary: 'The second factor was taken away', ...recordOf(operator) });
}

/** Takes a guess from the operator's allowance, before it is looked at. Throws too-many. */
export async function countGuess(core: Core, operatorId: string): Promise<void> {
  await core.limits.consume(guessesADay, operatorId);
  await core.limits.consume(guesses, operatorId);
}

/** Forgets earlier guesses after a right one. */
export async function forgetGuesses(core: Core, operatorId: string): Promise<void> {
  await Promise.all([core.limits.reset(guesses, operatorId), core.limits.reset(guessesADay, operatorId)]);
}

/** Takes a code of the app or a recovery code, once. Returns which it was and how many recovery codes are left; throws wrong-code. */
export async function takeCode(
  work: Work,
  operatorId: string,
  code: string,
): Promise<{ by: 'app' } | { by: 'recovery'; left: number }> {
  const { core } = work;
  const operator = await work.tx.operator.findUniqueOrThrow({ where: { id: operatorId } });
  if (operator.totpSecret === null) throw wrong();
  if (/^\d{6}$/.test(digitsOf(code))) {
    const step = stepOfCode(secretOf(core, operator.id, operator.totpSecret), digitsOf(code), new Date());
    if (step === undefined || !(await takeStep(work, operator, step))) throw wrong();
    return { by: 'app' };
  }
  const { count } = await work.tx.recoveryCode.updateMany({
    where: { operatorId, codeHash: hashOf(core, operatorId, code), usedAt: null },
    data: { usedAt: new Date() },
  });
  if (count !== 1) throw wrong();
  return { by: 'recovery', left: await work.tx.recoveryCode.count({ where: { operatorId, usedAt: null } }) };
}

// One statement decides: of two requests with the same code, on whichever instances, one finds the step taken.
async function takeStep({ tx }: Work, { id, totpSecret }: Operator, step: number): Promise<boolean> {
  const { count } = await tx.operator.updateMany({
    where: { id, totpSecret, OR: [{ totpLastStep: null }, { totpLastStep: { lt: step } }] },
    data: { totpLastStep: step },
  });
  return count === 1;
}

async function locked({ tx }: Work, operatorId: string): Promise<Operator> {
  await tx.$queryRaw`SELECT 1 FROM "Operator" WHERE id = ${operatorId} FOR UPDATE`;
  return tx.operator.findUniqueOrThrow({ where: { id: operatorId } });
}

async function writeCodes(work: Work, operatorId: string): Promise<string[]> {
  const codes = Array.from({ length: codeCount }, () => `${newCode(5)}-${newCode(5)}`);
  await work.tx.recoveryCode.deleteMany({ where: { operatorId } });
  await work.tx.recoveryCode.createMany({
    data: codes.map((code) => ({ operatorId, codeHash: hashOf(work.core, operatorId, code) })),
  });
  return codes;
}

function hashOf(core: Core, operatorId: string, code: string): string {
  const letters = [...code.toUpperCase()].filter((one) => clearAlphabet.includes(one)).join('');
  return hashToken(core.config.appKey, 'recovery-code', `${operatorId}:${letters}`);
}

// Sealed for this very operator: what was made for one cannot be kept for another.
function purposeFor(operatorId: string): string {
  return `second-factor:${operatorId}`;
}

function secretOf(core: Core, operatorId: string, sealed: string): Buffer {
  return Buffer.from(open(core.config.appKey, purposeFor(operatorId), sealed), 'base64');
}

// What comes back from a browser may be anything.
function givenSecret(core: Core, operatorId: string, sealed: string): Buffer {
  try {
    return secretOf(core, operatorId, sealed);
  } catch (cause) {
    throw new StewardError('stale', 400, 'Please begin anew and scan the new picture.', { cause });
  }
}

function digitsOf(code: string): string {
  return code.slice(0, 40).replace(/\s/g, '');
}

function wrong(): StewardError {
  return new StewardError('wrong-code', 400, wrongCode, { fields: { code: 'does not fit' } });
}

function recordOf(operator: Operator) {
  return { resource: 'Operator', recordId: operator.id, recordTitle: operator.name || operator.email };
}
