// Every column of every model filled with a text of its own that is known again wherever it comes out. Worked out from the datamodel:
// a new column, and above all a new secret, is filled and looked for without being named here.
import { randomUUID } from 'node:crypto';
import type { Core } from '../../src/core/core.ts';
import { allModels, type ColumnModel, type DataModel, isSecretColumn } from '../../src/core/database/datamodel.ts';
import { type AnyRow, tableOf } from '../../src/core/database/tables.ts';
import { hideSecrets } from '../../src/core/outbox/secrets.ts';
import { seal } from '../../src/core/tokens.ts';

/** Where a text was planted. `setting` stands in place of a model for what the configuration holds. */
export interface Canary {
  model: string;
  column: string;
  /** The row's id. */
  row: string;
  isSecret: boolean;
  /** What is sealed in a secret column, where a permission hands it out: login keys are printed. */
  handedOutBy?: string;
}

/** Plants texts and finds them again. */
export class Canaries {
  readonly #planted: Canary[] = [];
  readonly #opaque = new Map<string, number>();

  /** Returns a new text that stands for this column of this row. */
  word(canary: Canary): string {
    this.#planted.push(canary);
    return `qz${this.#number()}zq`;
  }

  /** As `word`, in the shape of a telephone number. */
  phone(canary: Canary): string {
    this.#planted.push(canary);
    return `+79990${this.#number()}0`;
  }

  /** Notes a text that cannot be chosen, such as a sealed value. */
  note(canary: Canary, text: string): void {
    this.#planted.push(canary);
    this.#opaque.set(text, this.#planted.length - 1);
  }

  /** Returns whose texts are in here, those that are packed in base64 too. */
  found(text: string): Canary[] {
    const numbers = new Set<number>();
    for (const [, word, phone] of text.matchAll(/qz(\d{5})zq|79990(\d{5})0/gi)) numbers.add(Number(word ?? phone));
    for (const [opaque, number] of this.#opaque) if (text.includes(opaque)) numbers.add(number);
    const here = [...numbers].flatMap((number) => this.#planted[number] ?? []);
    const packed = [...text.matchAll(/base64,([A-Za-z0-9+/=]{16,})/g)].map(([, code = '']) =>
      Buffer.from(code, 'base64').toString('latin1'),
    );
    return packed.length > 0 ? [...here, ...this.found(packed.join('\n'))] : here;
  }

  #number(): string {
    return String(this.#planted.length - 1).padStart(5, '0');
  }
}

/** Returns settings whose secrets are canaries. */
export function settings(canaries: Canaries): Record<string, string> {
  const word = (column: string) => canaries.word({ model: 'setting', column, row: '', isSecret: true });
  return {
    APP_KEY: `${word('APP_KEY')}-${'k'.repeat(40)}`,
    DATABASE_URL: `postgresql://steward:${word('DATABASE_URL')}@127.0.0.1/none`,
    SMTP_URL: `smtp://steward:${word('SMTP_URL')}@127.0.0.1:1`,
    SMS_PROVIDER: 'smsaero',
    SMSAERO_EMAIL: 'sms@example.org',
    SMSAERO_SIGN: 'Steward',
    SMSAERO_API_KEY: word('SMSAERO_API_KEY'),
    BOUNCE_MAILBOX_URL: `imaps://steward:${word('BOUNCE_MAILBOX_URL')}@127.0.0.1/INBOX`,
    METRICS_TOKEN: `${word('METRICS_TOKEN')}-metrics`,
    UNDO_SECONDS: '0',
  };
}

/** Secrets whose names do not say so: a session's id, what it holds, what a limit counts by. */
const alsoSecret = new Set(['WebSession.sid', 'WebSession.sess', 'RateLimit.key']);

/** Tells whether nobody may ever be told what is in this column. */
export function isSecret(model: string, column: ColumnModel): boolean {
  return isSecretColumn(column) || alsoSecret.has(`${model}.${column.name}`);
}

/** What is sealed, and under which purpose: inside it is another canary. */
const sealed: Record<string, (core: Core, text: string, id: string) => string> = {
  'MailAccount.passwordSealed': ({ config }, text) => seal(config.appKey, 'mail-account', text),
  'Contest.operatorSecret': ({ config }, text) => seal(config.appKey, 'contests.operator', text),
  'Attendee.identitySealed': ({ config }, text) => seal(config.appKey, 'workshops.login-key', text),
  'Message.secrets': ({ config }, text) => hideSecrets(config, { link: text }).sealed ?? '',
  'ImportRow.sealed': ({ config }, text) => seal(config.appKey, 'import-cells', JSON.stringify({ 0: text })),
  'Operator.totpSecret': ({ config }, text, id) =>
    seal(config.appKey, `second-factor:${id}`, Buffer.from(text).toString('base64')),
};

const handedOut: Record<string, string> = { 'Attendee.identitySealed': 'workshops:keys' };

/** Models with a fixed number of rows, or without any text. */
const leftOut = new Set(['ClubSettings', 'SmsBudget', 'SmsMonth', 'SendingClock', 'WorkshopLink']);
/** Columns that programs read, with a value that they understand; without one they keep their default. */
const understood: Record<string, (row: FilledRow) => unknown> = {
  'CardAccount.email': ({ word }) => `${word('email')}@example.org`,
  'GreetingCard.handle': () => randomUUID().replaceAll('-', ''),
  'QrCode.uniqueId': () => randomUUID().replaceAll('-', ''),
  'QrCode.recordedAt': () => new Date(),
  'Participant.phone': ({ phone }) => phone('phone'),
  'Participant.lastFour': ({ data }) => String(data.phone).slice(-4),
  'Role.scope': () => 'all',
  'Role.permissions': () => [],
  'ApiKey.permissions': () => ['core:runs'],
  'Run.action': () => 'certificates.send-notice',
  'Run.resource': () => 'Recipient',
  'RunItem.recordId': ({ ids }) => ids.Recipient,
  'Import.resource': () => 'Recipient',
  'Import.format': () => 'csv',
  'Import.samples': ({ core, word }) => ({
    sealed: seal(core.config.appKey, 'import-cells', JSON.stringify([[word('samples')]])),
  }),
  'Message.kind': () => 'certificates.notice',
  'Message.provider': () => undefined,
  'Schedule.action': () => 'certificates.send-notice',
  'Schedule.selection': ({ ids }) => `ids=${ids.Recipient}`,
  'Schedule.cron': () => '0 3 1 1 *',
  'Schedule.enabled': () => false,
  'MailTemplate.mail': () => 'certificates.notice',
  'MailTemplate.language': ({ ids }) => `x${ids.MailTemplate?.slice(0, 4)}`,
  'Certificate.code': () => randomUUID().replaceAll('-', '').slice(0, 16),
  'GreetingCard.template': ({ word }) => JSON.stringify({ text: word('template') }),
  'Draw.prizes': () => '1 x Bicycle',
  'Activity.approvedValues': ({ word }) => ({ name: word('approvedValues') }),
  'Contest.operatorUrl': ({ word }) => `https://${word('operatorUrl')}.example.org/`,
  'WorkshopPlacement.workshopIds': ({ ids }) => [ids.Workshop],
  'HandOver.result': () => 'rejected',
};
const kept =
  /^(language|dateFormat|theme|channel|countries|color|background|currency|claimAddress|website|manner|separator|seedSource|moment|mediaType|role|resource|recordId|layout|counts|mapping|defaults|attachments|data|summary|html|url)$/;

interface FilledRow {
  core: Core;
  ids: Readonly<Record<string, string>>;
  data: Record<string, unknown>;
  word(column: string): string;
  phone(column: string): string;
}

/** Fills two rows of every model: `own` is what a bound role is bound to, `other` is not. Returns their ids by model. */
export async function fill(
  core: Core,
  canaries: Canaries,
): Promise<{ own: Record<string, string>; other: Record<string, string> }> {
  const rows = { own: {}, other: {} };
  for (const ids of Object.values(rows))
    for (const model of inOrder()) if (!leftOut.has(model.name)) await fillRow(core, canaries, model, ids);
  return rows;
}

async function fillRow(core: Core, canaries: Canaries, model: DataModel, ids: Record<string, string>): Promise<void> {
  const id = randomUUID();
  ids[model.name] = id;
  const data: Record<string, unknown> = {};
  const canary = (column: string): Canary => ({
    model: model.name,
    column,
    row: id,
    isSecret: isSecret(model.name, model.columns.get(column)!),
  });
  const row: FilledRow = {
    core,
    ids,
    data,
    word: (column) => canaries.word(canary(column)),
    phone: (column) => canaries.phone(canary(column)),
  };
  for (const column of model.columns.values()) {
    const value = valueFor(canaries, canary, row, model, column);
    if (value !== undefined) data[column.name] = value;
  }
  const made: AnyRow = await tableOf(core.db, model.name).create({ data });
  ids[model.name] = String(made.id ?? made.sid ?? made.key);
}

function valueFor(
  canaries: Canaries,
  canary: (column: string) => Canary,
  row: FilledRow,
  model: DataModel,
  column: ColumnModel,
): unknown {
  const name = `${model.name}.${column.name}`;
  if (column.reference) return row.ids[column.reference];
  if (understood[name]) return understood[name](row);
  const sealing = sealed[name];
  if (sealing) {
    const handedOutBy = handedOut[name];
    const inside = canaries.word({
      ...canary(column.name),
      isSecret: !handedOutBy,
      ...(handedOutBy ? { handedOutBy } : {}),
    });
    const text = sealing(row.core, inside, row.ids[model.name] ?? '');
    canaries.note(canary(column.name), text);
    return text;
  }
  if (column.isId && column.name === 'id') return row.ids[model.name];
  if (column.isUpdatedAt || (kept.test(column.name) && column.hasDefault)) return undefined;
  return plainValue(row, column);
}

function plainValue(row: FilledRow, column: ColumnModel): unknown {
  const { name, type, isRequired, hasDefault } = column;
  if (type === 'string') {
    const model = softReference(name);
    if (model) return row.ids[model];
    if (/Id$/.test(name)) return isRequired ? randomUUID() : undefined;
    if (/^(phone|mobile)$/i.test(name)) return row.phone(name);
    return /email|^(to|from)Address$/i.test(name) ? `${row.word(name)}@example.org` : row.word(name);
  }
  if (type === 'json') return kept.test(name) ? undefined : { note: row.word(name) };
  if (type === 'list') return column.members ? undefined : [row.word(name)];
  if (!isRequired || hasDefault) return undefined;
  if (type === 'dateTime') return /end|until|expire/i.test(name) ? new Date(Date.now() + 86_400_000) : new Date();
  if (type === 'enum') return column.members?.[0];
  return type === 'boolean' ? false : 1;
}

// Ids without a foreign key that name a record all the same.
function softReference(name: string): string | undefined {
  return { operatorId: 'Operator', contestId: 'Contest', runId: 'Run' }[name];
}

/** Models in an order in which each comes after those that it must name. */
function inOrder(): DataModel[] {
  const models = allModels();
  const done = new Set<string>();
  const order: DataModel[] = [];
  const visit = (model: DataModel): void => {
    if (done.has(model.name)) return;
    done.add(model.name);
    for (const column of model.columns.values()) {
      const name = column.reference ?? softReference(column.name);
      // Where two name each other, the one that can do without the other goes first.
      const isMutual =
        !column.isRequired &&
        [...(models.get(name ?? '')?.columns.values() ?? [])].some(
          (back) => back.reference === model.name && back.isRequired,
        );
      if (name && !isMutual) visit(models.get(name)!);
    }
    order.push(model);
  };
  for (const model of models.values()) visit(model);
  return order;
}
