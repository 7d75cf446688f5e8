// A process of its own that sweeps until it is killed. For the test of SIGKILL.
import { openDatabase } from '../../../src/core/database/database.ts';
import { createFiles } from '../../../src/core/files/files.ts';
import { configureLog } from '../../../src/core/log.ts';

configureLog({ level: 'error', readable: true });
const { DATABASE_URL, STORAGE_URL } = process.env;
const database = openDatabase({ connectionString: DATABASE_URL });
const config = { storageUrl: STORAGE_URL, dataDir: '/nowhere', appKey: 'k'.repeat(40), publicUrl: 'http://localhost' };
await createFiles({ config, database }).sweep();
await database.close();
