// A relay of drand for tests: speaks its HTTP API (`/<chain>/public/<round>`, `/<chain>/info`) for the one round whose beacon is known here.
import { quicknet } from '../../../src/lib/drand.ts';
import { type HttpSink, type SinkAnswer, startHttpSink } from '../../kit/http-sink.ts';

/** Round 42 of quicknet, as the network published it. */
export const round42 = {
  round: 42,
  randomness: '8ada64bae5c6c0f5540a6a13af56e663240edfbd2c76ac6a8f27671eb7259ce3',
  signature: '95a9f9f5b231b7714de1553105d8ffdf3dcda24cfdb1e689319bccf79a9c8ce430a91b811fbfaf763900bc998b5d686a',
};

const json = { 'Content-Type': 'application/json' };

/** Starts a relay; `instead` is what a bad one answers to whoever asks for a round. */
export function startDrandRelay(instead?: SinkAnswer): Promise<HttpSink> {
  return startHttpSink(({ method, path }) => {
    const [, chain, what, round] = /^\/([0-9a-f]{64})\/(public|info)(?:\/(\d+|latest))?$/.exec(path) ?? [];
    if (method !== 'GET' || chain !== quicknet) return { status: 404, body: 'no such chain' };
    if (what === 'info')
      return {
        status: 200,
        headers: json,
        body: JSON.stringify({ hash: quicknet, period: 3, genesis_time: 1692803367 }),
      };
    if (instead) return instead;
    if (Number(round) !== round42.round)
      return { status: 425, headers: json, body: '{"error":"requested round is in the future"}' };
    return { status: 200, headers: json, body: JSON.stringify(round42) };
  });
}
