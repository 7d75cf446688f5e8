// Fetching the beacon of a drand round from its relays. The rule: no relay is believed; the signature is checked by the network's key.
import { type Core, callOut, conflict } from '../../core/index.ts';
import { beaconOf, quicknet } from '../../lib/drand.ts';
import { variables } from './variables.ts';

/** Fetches the signature of a round. Throws conflict when no relay gives the genuine one. */
export async function fetchBeacon({ config }: Pick<Core, 'config'>, round: number): Promise<string> {
  for (const relay of variables.of(config).DRAND_RELAYS) {
    const signature = await askRelay(`${relay}/${quicknet}/public/${round}`);
    if (signature && (await beaconOf(round, signature))) return signature;
  }
  // No busy database of ours, which a run would wait for: a person decides what to do.
  throw conflict('No relay of drand gives this round. Try again, or paste its signature.');
}

// Of several relays one that hangs must not use up everybody's time.
const patience = 4_000;

async function askRelay(url: string): Promise<string | undefined> {
  try {
    const { status, text } = await callOut({ url, method: 'GET', reach: 'configured', timeoutMs: patience });
    const { signature } = status === 200 ? (JSON.parse(text) as { signature?: unknown }) : {};
    return typeof signature === 'string' ? signature : undefined;
  } catch {
    return undefined;
  }
}
