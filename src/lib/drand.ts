// The public randomness of drand's quicknet (League of Entropy): when a round comes, and whether a beacon is genuine. Knows no network.
// Its rule: the public key is written here, so that no relay has to be believed.
import { createHash } from 'node:crypto';

/** The chain's hash, which is part of every address of a relay. */
export const quicknet = '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971';
const publicKey =
  '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a';
const domain = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_';
const genesis = 1_692_803_367;
const period = 3;

/** Returns the first round that comes at or after a moment. */
export function roundAfter(at: Date): number {
  return Math.max(1, Math.ceil((at.getTime() / 1000 - genesis) / period) + 1);
}

/** Returns when a round comes. */
export function timeOfRound(round: number): Date {
  return new Date((genesis + (round - 1) * period) * 1000);
}

/** Returns the randomness of a round in hex, if this signature (hex) is the network's for it; undefined when it is not. */
export async function beaconOf(round: number, signature: string): Promise<string | undefined> {
  if (!Number.isSafeInteger(round) || round < 1 || !/^[0-9a-f]{96}$/.test(signature)) return undefined;
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(round));
  const message = createHash('sha256').update(number).digest();
  // Loaded when a draw asks for it: among all that a start would load it is one of the slowest.
  const { bls12_381 } = await import('@noble/curves/bls12-381');
  try {
    const { shortSignatures } = bls12_381;
    const hashed = shortSignatures.hash(message, domain);
    if (!shortSignatures.verify(signature, hashed, publicKey)) return undefined;
  } catch {
    return undefined;
  }
  return createHash('sha256').update(Buffer.from(signature, 'hex')).digest('hex');
}
