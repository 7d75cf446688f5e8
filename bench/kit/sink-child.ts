// A mail server in a process of its own, so that its work is not counted as the sender's. Says its port, and at each message how many mails it took.
import { startSmtpSink } from '../../tests/kit/smtp-sink.ts';

const sink = await startSmtpSink();
process.on('message', () => {
  process.send?.(sink.accepted.length);
  sink.accepted.length = 0;
  sink.asked.length = 0;
});
process.on('disconnect', () => process.exit(0));
process.send?.(sink.port);
