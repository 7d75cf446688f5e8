// The worker alone: runs, deliveries, schedules. Any number of them share one database.
import { runEntry } from './entry.ts';

await runEntry({ web: false, worker: true });
