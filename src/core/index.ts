// The one door of the core: what modules and the three entries may use.
//
// Glossary
//   module      a folder whose module.ts is its table of contents
//   resource    a model as people see it; a record is one row of it
//   action      one verb on chosen records; a selection says which; a preview says what would happen
//   run         a confirmed action with its frozen set; each record ends with an outcome
//   operator    someone with panel access; a role is a named set of permissions; a permission is `module:verb`
//   actor       whoever acts: an operator, an API key, the public, Steward itself
//   service     the verbs of a module; it takes a unit of work first
//   work        one transaction with the outbox, the queue and the audit bound to it
//   job         later work; the worker does it
//   outbox      rows waiting to leave; a message is one of them
//   audit entry who did what to which record, on behalf of which run

export { type Actor, boundId, may, mustMay, publicActor, systemActor } from './access.ts';
export { type Action, action, type Preview, Skip, skip, type ValueKind } from './action.ts';
export { endAlarm, raiseAlarm } from './alarms.ts';
export { type Config, ConfigError, loadConfig } from './config/config.ts';
export type { Core } from './core.ts';
export { connectionUrl } from './database/database.ts';
export { kebab, readArguments, usageOf } from './doors/command-line.ts';
export {
  conflict,
  forbidden,
  invalid,
  mustAccept,
  notFound,
  StartError,
  StewardError,
  TooManyError,
  tooLarge,
  unauthenticated,
  unavailable,
  type Warning,
} from './errors.ts';
export { fileHeaders } from './files/door.ts';
export * from './files/zip.ts';
export { coldCommands } from './house/backup-commands.ts';
export { checkCommand, coreCommands } from './house/commands.ts';
export { loadDemo } from './house/demo.ts';
export { mustOutrank } from './house/grants.ts';
export { missingGlyphs } from './images/fonts.ts';
export * from './images/images.ts';
export * from './images/pdf.ts';
export * from './images/qr.ts';
export {
  a4,
  moduleSize,
  type SheetItem,
  type SheetPage,
  type SheetPicture,
  sheetPdf,
  smallestModule,
} from './images/sheet-pdf.ts';
export { importOf } from './imports/declaration.ts';
export { importFile } from './imports/import-file.ts';
export { type JobDeclaration, job } from './job.ts';
export { type RunningWorker, startWorker } from './jobs/jobs.ts';
export { addressKey } from './limits.ts';
export { configureLog, log } from './log.ts';
export { type MailDeclaration, type MailInput, mail, type SettledMessage, type TriedMessage } from './mail.ts';
export type { Row, RowWith, Transaction, Where } from './model.ts';
export {
  aloneCommand,
  type Card,
  type Command,
  command,
  defineModule,
  type Figure,
  type ModuleDeclaration,
} from './module.ts';
export { readAddress } from './outbox/address.ts';
export { alarmBudget, partsOf, smsPartsLeft } from './outbox/budget.ts';
export { markMessageSent, resendMessage } from './outbox/cancel.ts';
export { previewMail, previewSms } from './outbox/mail-preview.ts';
export { callOut, mustBeCallable, type OutgoingAnswer, OutgoingError } from './outbox/outgoing.ts';
export { mustBePhone, type Phone, readPhone } from './outbox/phone.ts';
export { endOfQuiet } from './outbox/quiet-hours.ts';
export { findSuppression, suppress } from './outbox/suppression.ts';
export { renderMail } from './outbox/templates.ts';
export { buildPanel } from './panel/index.ts';
export { actorOfApiKey, createApiKey, revokeApiKey } from './people/api-keys.ts';
export { giveInitialPassword } from './people/initial-password.ts';
export {
  actorOfOperator,
  blockOperator,
  createOperator,
  isEmail,
  normaliseEmail,
  oneTimeLink,
  operatorActor,
  setupLink,
} from './people/operators.ts';
export { accountOf, checkPassword, checkSecondFactor, findAccount } from './people/password-check.ts';
export { hashPassword, isOutdated, verifyPassword } from './people/passwords.ts';
export { type Person, type PersonalData, personalData, type Searched } from './personal-data.ts';
export { sameAddress } from './privacy/person.ts';
export { countOf } from './records/count-of.ts';
export { clockTime, dayZone, instantOf, isDay, nextDay, startOfDay } from './records/days.ts';
export { forgetRecord } from './records/forget.ts';
export { describeForm, parseForm } from './records/form.ts';
export { type ExportPreset, type Resource, resource, type Tool, toolCall } from './resource.ts';
export {
  Answer,
  type Arrival,
  type Envelope,
  type LimitRule,
  plainEnvelope,
  type RouteRequest,
  type RouteVariant,
  route,
  type UploadedFile,
} from './route.ts';
export { asksSecondPerson } from './runs/approval.ts';
export { previewAction, readRun, startRun } from './runs/run.ts';
export { type SmsDeclaration, type SmsInput, sms } from './sms.ts';
export { type ChoiceProblem, type Condition, solveChoices } from './solving/solver.ts';
export { guardCsv, unguardCsv } from './spreadsheets/guard.ts';
export { readSheetRows } from './spreadsheets/sheet-reader.ts';
export { readTable, readText, type TableRow } from './spreadsheets/spreadsheet.ts';
export { type Cell, type CellRow, csvStream, spreadsheetTypes } from './spreadsheets/write.ts';
export { type Sheet, xlsxStream } from './spreadsheets/xlsx-writer.ts';
export { createCore, DeclarationError, mustBeSound, openStorage, type StartedCore } from './start.ts';
export * from './tokens.ts';
export { type ModuleVariables, moduleVariables } from './variables.ts';
export { buildWatch, buildWeb, listen, type OpenWeb } from './web/web.ts';
export { readWebToken, signWebToken, type WebToken } from './web-token.ts';
export { type WebhookDeclaration, type WebhookInput, webhook } from './webhook.ts';
export { type Catalogues, phrase } from './words/catalogue.ts';
export { languageColumn, languages } from './words/language.ts';
export type { Work } from './work.ts';
