// A scanner on loopback that speaks clamd's protocol (zPING, zINSTREAM) and knows one virus: the EICAR test file, which is put together
// here at run time so that no real scanner takes this file for one.
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** The harmless text that every scanner is agreed to find. */
export const eicar = (): Buffer =>
  Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-', 'TEST-FILE!$H+H*'].join(''));

/** What it does instead of a verdict. */
export type ClamdFault = 'hang-up' | 'hang-up-at-once' | 'error' | 'garbage';

/** A running scanner. */
export interface ClamdSink {
  /** For CLAMAV_URL. */
  url: string;
  /** The streams that it was shown whole. */
  scanned: Buffer[];
  /** Connections that are open now. */
  open: () => number;
  fault: ClamdFault | undefined;
  stop(): Promise<void>;
}

/** Starts a scanner that takes so many bytes a stream. */
export async function startClamdSink(options: { maxBytes?: number } = {}): Promise<ClamdSink> {
  const sockets = new Set<Socket>();
  const sink: ClamdSink = {
    url: '',
    scanned: [],
    open: () => sockets.size,
    fault: undefined,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    if (sink.fault === 'hang-up-at-once') socket.destroy();
    else converse(sink, options.maxBytes ?? 5_000_000, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sink.url = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return sink;
}

function converse(sink: ClamdSink, maxBytes: number, socket: Socket): void {
  let pending = Buffer.alloc(0);
  let command: string | undefined;
  const stream: Buffer[] = [];
  let size = 0;
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    const end = pending.indexOf(0);
    if (command === undefined && end >= 0) {
      command = pending.toString('latin1', 0, end);
      pending = pending.subarray(end + 1);
      if (command === 'zPING') return void socket.end('PONG\0');
      if (command !== 'zINSTREAM') return void socket.end('UNKNOWN COMMAND\0');
    }
    while (command === 'zINSTREAM' && pending.length >= 4) {
      const length = pending.readUInt32BE(0);
      if (length === 0) return judge(sink, socket, Buffer.concat(stream));
      size += length;
      if (size > maxBytes) {
        // The rest is taken and forgotten: hanging up with bytes unread would take the answer with it.
        command = 'over';
        return void socket.write('INSTREAM size limit exceeded. ERROR\0');
      }
      if (pending.length < 4 + length) {
        size -= length;
        return;
      }
      stream.push(Buffer.from(pending.subarray(4, 4 + length)));
      pending = pending.subarray(4 + length);
    }
  });
}

function judge(sink: ClamdSink, socket: Socket, bytes: Buffer): void {
  sink.scanned.push(bytes);
  if (sink.fault === 'hang-up') socket.destroy();
  else if (sink.fault === 'error') socket.end('stream: Can’t allocate memory ERROR\0');
  else if (sink.fault === 'garbage') socket.end(`OK OK stream OK\n${'x'.repeat(50_000)}`);
  else socket.end(bytes.includes(eicar()) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0');
}
