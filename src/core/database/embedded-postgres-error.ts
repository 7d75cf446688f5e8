// Why the embedded database did not start: what, where, and what to type.
import { StartError } from '../errors.ts';

/** The embedded PostgreSQL cannot be started; the message is for the person at the keyboard. */
export class EmbeddedPostgresError extends StartError {}
