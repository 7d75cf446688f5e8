// A program for the tests: brings the database at the URL it is given to this version and says what it applied.
import { applyMigrations } from '../../src/core/database/migrations.ts';

const applied = await applyMigrations({ connectionString: process.argv[2] });
process.stdout.write(JSON.stringify(applied));
// The engine leaves a timer of ten seconds behind, for which nobody needs to wait.
process.exitCode = 0;
setImmediate(() => process.exit());
