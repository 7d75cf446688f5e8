// A unit of work: one transaction with everything that must commit together with it. Services take it first.
import type { z } from 'zod';
import type { Actor } from './access.ts';
import type { Core } from './core.ts';
import type { JobDeclaration } from './job.ts';
import type { MailDeclaration, MailInput } from './mail.ts';
import type { Transaction } from './model.ts';
import type { SmsDeclaration, SmsInput } from './sms.ts';
import type { WebhookDeclaration, WebhookInput } from './webhook.ts';

/** What an audit entry says; actor, time and run are filled in. */
export interface AuditInput {
  kind: 'create' | 'update' | 'delete' | 'action' | 'export' | 'signIn' | 'signOut' | 'refused';
  summary: string;
  resource?: string;
  recordId?: string;
  recordTitle?: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** One transaction with the outbox, the queue and the audit bound to it: they commit together or not at all. */
export interface Work {
  readonly tx: Transaction;
  /** The running core, for services that need the configuration or a declaration by its name. */
  readonly core: Core;
  readonly actor: Actor;
  /** The run on whose behalf this happens, if any. */
  readonly runId: string | null;
  /** Puts a mail in the outbox and returns its id; a repeated idempotency key returns the first one's. */
  send<D extends Record<string, unknown>>(mail: MailDeclaration<D>, message: MailInput<D>): Promise<string>;
  /** Puts an SMS in the outbox, as `send` does. */
  text<D extends Record<string, unknown>>(sms: SmsDeclaration<D>, message: SmsInput<D>): Promise<string>;
  /** Puts a webhook in the outbox, as `send` does. */
  post<D extends Record<string, unknown>>(webhook: WebhookDeclaration<D>, message: WebhookInput<D>): Promise<string>;
  /** Puts a job in the queue. `key`: a waiting job with the same key is replaced, so there is one. */
  enqueue<D extends z.ZodType>(
    job: JobDeclaration<D>,
    data: z.input<D>,
    options?: { at?: Date; key?: string },
  ): Promise<void>;
  audit(entry: AuditInput): Promise<void>;
}
