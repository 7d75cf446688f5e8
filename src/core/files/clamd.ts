// A conversation with clamd, the daemon of ClamAV, by its command INSTREAM: pieces with their length before each, an empty one at the
// end, then its word. The rule: every wait has an end, and what is not clearly "OK" or "FOUND" is no verdict.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Where clamd listens. */
export type ClamdAddress = { host: string; port: number } | { path: string };

/** What it said of a stream. */
export type Verdict = { kind: 'clean' } | { kind: 'found'; name: string } | { kind: 'too-large' };

const connecting = 10_000;
// An archive may take clamd two minutes.
const silence = 150_000;
const longestAnswer = 10_000;

/** Reads CLAMAV_URL: `tcp://host:3310` or `unix:/path`. Undefined when it is neither. */
export function readClamdUrl(written: string): ClamdAddress | undefined {
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(written)?.[1];
  if (path) return { path };
  if (!/^tcp:\/\/[^\s/?#@]+\/?$/.test(written) || !URL.canParse(written)) return undefined;
  const { hostname, port } = new URL(written);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 3310) };
}

/** Asks whether it is there. */
export async function pingClamd(address: ClamdAddress): Promise<boolean> {
  try {
    const call = await ClamdCall.open(address, 'PING');
    return (await call.answer()) === 'PONG';
  } catch {
    return false;
  }
}

/** One stream under scrutiny. */
export class ClamdScan {
  readonly #call: ClamdCall;

  private constructor(call: ClamdCall) {
    this.#call = call;
  }

  /** Connects. Rejects when nobody answers. */
  static async open(address: ClamdAddress): Promise<ClamdScan> {
    return new ClamdScan(await ClamdCall.open(address, 'INSTREAM'));
  }

  /** Hands on a piece and waits while the other side is busy. What it no longer listens to is left out. */
  async write(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0) return;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    await this.#call.write(length);
    await this.#call.write(chunk);
  }

  /** Ends the stream and waits for the verdict. Rejects when there is none. */
  async finish(): Promise<Verdict> {
    await this.#call.write(Buffer.alloc(4));
    const answer = await this.#call.answer();
    if (/^stream: OK$/.test(answer)) return { kind: 'clean' };
    const name = /^stream: (.+) FOUND$/.exec(answer)?.[1];
    if (name) return { kind: 'found', name };
    if (/size limit exceeded/i.test(answer)) return { kind: 'too-large' };
    throw new Error(`the virus scanner says: ${answer.slice(0, 200) || 'nothing'}`);
  }

  /** Hangs up. */
  close(): void {
    this.#call.close();
  }
}

class ClamdCall {
  readonly #socket: Socket;
  readonly #over: Promise<void>;
  #isOver = false;
  #answer = '';
  #trouble: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#over = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isOver = true;
        resolve();
      });
    });
    socket.on('data', (chunk: Buffer) => {
      this.#answer += chunk.toString('latin1');
      if (this.#answer.length > longestAnswer || this.#answer.includes('\0')) socket.destroy();
    });
    socket.on('error', (error) => {
      this.#trouble = error;
    });
    socket.on('timeout', () => socket.destroy(new Error('the virus scanner is silent')));
  }

  static async open(address: ClamdAddress, command: string): Promise<ClamdCall> {
    const socket = connect({ ...address });
    socket.setTimeout(connecting, () => socket.destroy(new Error('the virus scanner does not answer')));
    await once(socket, 'connect');
    socket.setTimeout(silence);
    const call = new ClamdCall(socket);
    await call.write(Buffer.from(`z${command}\0`));
    return call;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isOver || !this.#socket.writable) return;
    if (!this.#socket.write(bytes)) await Promise.race([once(this.#socket, 'drain').catch(() => {}), this.#over]);
  }

  async answer(): Promise<string> {
    await this.#over;
    const said = this.#answer.split('\0')[0]?.trim() ?? '';
    if (!said && this.#trouble) throw this.#trouble;
    return said;
  }

  close(): void {
    this.#socket.destroy();
  }
}
