// The control of the kill experiment: a mailer as it is often written. It reads whom it has not written to, writes to ten, and notes
// the ten afterwards. Killed in between it writes to some of them twice.
import { createTransport } from 'nodemailer';
import pg from 'pg';

const [databaseUrl = '', smtpPort = ''] = process.argv.slice(2);
const client = new pg.Client(databaseUrl);
await client.connect();
const transport = createTransport({ host: '127.0.0.1', port: Number(smtpPort), pool: true, ignoreTLS: true });
for (;;) {
  const { rows } = await client.query<{ email: string }>(
    'select email from naive where not sent order by email limit 10',
  );
  if (rows.length === 0) break;
  for (const { email } of rows)
    await transport.sendMail({ from: 'steward@example.org', to: email, subject: 'Notice', text: 'Hello' });
  await client.query('update naive set sent = true where email = any($1)', [rows.map(({ email }) => email)]);
}
transport.close();
await client.end();
