// What experiments with the end of a process have in flight: uploads half sent, and people who come for as long as the server says that it is ready.
import { connect, type Socket } from 'node:net';
import { pixelCanvas } from '../../src/lib/pixel-canvas.ts';
import { type FaultHouse, pause } from './fault-house.ts';

/** What became of the requests of one load. */
export interface Loaded {
  answered: number;
  /** Answered by anything but yes. */
  otherwise: (number | undefined)[];
  /** Accepted and never answered. */
  cutOff: string[];
}

/** A request that may yet be sent to the end. */
export interface HalfSent {
  socket: Socket;
  finish(): void;
  /** Everything that came back until the connection ended. */
  answer: Promise<string>;
}

function multipart(): { head: string; body: Buffer } {
  const canvas = pixelCanvas(40, 30);
  canvas.paint((x, y) => [x * 5, y * 7, 90]);
  const part =
    '--half\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n';
  const body = Buffer.concat([Buffer.from(part), canvas.png(), Buffer.from('\r\n--half--\r\n')]);
  const head = `POST /api/images HTTP/1.1\r\nHost: steward\r\nContent-Type: multipart/form-data; boundary=half\r\nContent-Length: ${body.length}\r\n\r\n`;
  return { head, body };
}

/** Sends the first half of an upload. */
export async function halfUpload(house: FaultHouse): Promise<HalfSent> {
  const { head, body } = multipart();
  const socket = connect(Number(new URL(house.server.base).port), '127.0.0.1');
  let said = '';
  socket.on('data', (chunk) => (said += chunk.toString('latin1')));
  socket.on('error', () => {});
  const answer = new Promise<string>((resolve) => socket.once('close', () => resolve(said)));
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  socket.write(head);
  await new Promise<void>((resolve) => socket.write(body.subarray(0, 100), () => resolve()));
  return { socket, finish: () => socket.write(body.subarray(100)), answer };
}

/** Sends people as a front end behind a balancer does: to this process for as long as it says that it is ready. */
export async function loadUntilUnready(
  house: FaultHouse,
  { key, name, perSecond }: { key: string; name: string; perSecond: number },
): Promise<Loaded> {
  const loaded: Loaded = { answered: 0, otherwise: [], cutOff: [] };
  const open = new Set<Promise<void>>();
  let isReady = true;
  const watching = (async () => {
    while (isReady) {
      isReady = await fetch(`${house.server.base}/readyz`, { headers: { connection: 'close' } }).then(
        ({ status }) => status === 200,
        () => false,
      );
      await pause(50);
    }
  })();
  for (let i = 0; isReady; i += 1) {
    const one: Promise<void> = house
      .post('/api/addUserData', { token: key, email: [`${name}${i}@example.org`] })
      .then((reply) => {
        if (reply === undefined) loaded.cutOff.push(`${name}${i}`);
        else if (reply.status === 200 && reply.json.code === 0) loaded.answered += 1;
        else loaded.otherwise.push(reply.status);
      })
      .finally(() => open.delete(one));
    open.add(one);
    await pause(1000 / perSecond);
  }
  await watching;
  await Promise.all(open);
  return loaded;
}
