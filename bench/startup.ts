// How long a start takes on a prepared, migrated database, from the process to the first good /readyz, and how much memory is held: idle, and
// after a thousand public reads. Against Express and pg alone, which is where any program of this kind begins.
import { setTimeout as pause } from 'node:timers/promises';
import { modules } from '../src/modules/index.ts';
import { compare, type Measurement } from './kit/compare.ts';
import { openCore } from './kit/house.ts';
import { load } from './kit/load.ts';
import { type Program, startBare, startSteward } from './kit/program.ts';

export default {
  title: 'Start and memory',
  async run(bench) {
    const databaseUrl = await bench.database();
    // The first start writes what every later one finds: roles, texts, the queue's tables.
    await openCore(bench, modules, {}, databaseUrl).then(({ close }) => close());
    const requests = bench.size(1000, 100);
    const measured = (start: () => Promise<Program>, path: string | undefined) => async () => {
      const program = await start();
      try {
        await pause(bench.size(2000, 200));
        const idle = program.residentMiB();
        if (path !== undefined) await readMany(program.base, path, requests);
        return {
          done: 1,
          seconds: program.secondsToReady,
          figures: { 'start s': program.secondsToReady, 'idle MiB': idle, 'after reads MiB': program.residentMiB() },
        };
      } finally {
        await program.stop();
      }
    };
    const steward = (only?: 'server' | 'worker') => () => startSteward(databaseUrl, bench.folder, only ? { only } : {});
    return [
      await compare(
        `Start to /readyz, memory idle and after ${requests} reads`,
        'starts',
        {
          'web and worker in one (ours)': measured(steward(), '/events'),
          'web alone (ours)': measured(steward('server'), '/events'),
          'worker alone (ours)': measured(steward('worker'), undefined),
          'Express + pg': measured(() => startBare('express', databaseUrl), '/events'),
        },
        {
          rounds: bench.rounds,
          notes: ['The worker serves no reads; its second figure is that of an idle process too.'],
        },
      ),
    ];
  },
} satisfies Measurement;

function readMany(base: string, path: string, requests: number) {
  return load({
    base,
    clients: 16,
    requests,
    call: (client, turn) => ({ path, headers: { 'x-forwarded-for': `10.${client}.0.${turn % 250}` } }),
    check: ({ status, body }) => {
      if (status !== 200) throw new Error(`${status} ${body}`);
    },
  });
}
