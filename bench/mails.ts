// How fast mails leave with a row of the ledger each: claimed in order under the rate, sent, settled with the attempt; against the pool of the same
// library with the same messages over as many connections, which forgets what it sent.
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import nodemailer from 'nodemailer';
import { type Core, defineModule, mail, systemActor } from '../src/core/index.ts';
import { startDelivery } from '../src/core/outbox/deliver.ts';
import { type Amount, compare, type Measurement, timed } from './kit/compare.ts';
import { openCore } from './kit/house.ts';

const connections = 4;
const html = (name: string) => `<p>Dear ${name},</p><p>Thank you for your work as a volunteer.</p>`;
const text = (name: string) => `Dear ${name},\n\nThank you for your work as a volunteer.`;

const thanks = mail<{ name: string }>({
  name: 'bench.thanks',
  label: 'Thanks',
  example: { name: 'Ada' },
  texts: { en: { subject: 'Thank you', text: text('{{ name }}'), html: html('{{ name }}') } },
});

export default {
  title: 'Mails',
  async run(bench) {
    const count = bench.size(3_000, 100);
    const server = fork(path.join(import.meta.dirname, 'kit', 'sink-child.ts'), { execArgv: ['--import', 'tsx'] });
    const [port] = (await once(server, 'message')) as [number];
    const url = `smtp://127.0.0.1:${port}`;
    const module = defineModule({ name: 'bench', label: 'Bench', permissions: {}, resources: [], mails: [thanks] });
    // The largest rate that can be configured: what is measured is the machinery and not the waiting.
    const { core, close } = await openCore(bench, [module], { SMTP_URL: url, MAIL_RATE: '1000' });
    try {
      const ways = {
        'the outbox (ours)': () => ours(core, server, count),
        'the pool alone': () => bare(url, server, count),
      };
      return [
        await compare(`${count} mails over ${connections} connections`, 'mails', ways, {
          rounds: bench.rounds,
          notes: ['Writing the mails into the outbox is not in the ratio; it is the figure “written s”.'],
        }),
      ];
    } finally {
      await close();
      server.disconnect();
    }
  },
} satisfies Measurement;

async function ours(core: Core, server: ChildProcess, count: number): Promise<Amount> {
  const round = randomUUID();
  const written = await timed(async () => {
    for (let n = 0; n < count; n += 1)
      await core.transaction(systemActor, (work) =>
        work.send(thanks, {
          to: { address: `person${n}@example.org`, name: `Person ${n}` },
          language: 'en',
          data: { name: `Person ${n}` },
          idempotencyKey: `${round}:${n}`,
        }),
      );
  });
  const sent = () => core.db.message.count({ where: { idempotencyKey: { startsWith: round }, state: 'sent' } });
  const { result: delivery, seconds } = await timed(async () => {
    const running = startDelivery(core);
    while ((await sent()) < count) await sleep(20);
    return running;
  });
  await delivery.stop();
  return { done: await taken(server, count), seconds, figures: { 'written s': written.seconds } };
}

async function bare(url: string, server: ChildProcess, count: number): Promise<Amount> {
  const transport = nodemailer.createTransport({ url, pool: true, maxConnections: connections, maxMessages: 500 });
  const { seconds } = await timed(() =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        transport.sendMail({
          from: 'Steward <steward@example.org>',
          to: { address: `person${n}@example.org`, name: `Person ${n}` },
          subject: 'Thank you',
          text: text(`Person ${n}`),
          html: html(`Person ${n}`),
        }),
      ),
    ),
  );
  transport.close();
  return { done: await taken(server, count), seconds, figures: {} };
}

/** Asks the server how many mails it took; one more or less than was sent is a fault of the measurement. */
async function taken(server: ChildProcess, count: number): Promise<number> {
  const answer = once(server, 'message');
  server.send('count');
  const [accepted] = (await answer) as [number];
  if (accepted !== count) throw new Error(`The server took ${accepted} of ${count} mails.`);
  return accepted;
}
