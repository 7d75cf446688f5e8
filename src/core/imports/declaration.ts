// An import: how the rows of a spreadsheet become records of one resource. Said once; sample, mapping, rehearsal, commit, error file and
// undo follow from it. Its rule: what is not listed here is never written by an import.
import type { Column, ModelName, Row, Transaction } from '../model.ts';
import type { Work } from '../work.ts';

/** One column of the spreadsheet; it writes the model's column of its name. */
export interface ImportColumn {
  /** Heading in the sample, the first guess, and the name in every message. */
  label: string;
  /** What the sample shows. */
  example: string;
  /** A row without it is invalid. */
  required?: boolean;
  /** Other headings that mean this column, whatever their case. */
  guesses?: readonly (string | RegExp)[];
  /** Makes the cell's text ready for the column, before its own rule; throws nothing. By default by the column's type. */
  cast?(text: string): unknown;
  /** For a foreign key: columns of the other model by which people name a record, tried in their order, for example its title. */
  lookUp?: readonly string[];
  /** Its cells are sealed while the import is kept, and never shown again. */
  sensitive?: boolean;
}

/** The declaration of an import. */
export interface ImportDeclaration<M extends ModelName = ModelName> {
  permission: string;
  columns: Readonly<Partial<Record<Column<M>, ImportColumn>>>;
  /** Columns that together say which record a row means: imported ones or those asked once. Compared as they are written. */
  matchBy: readonly [Column<M>, ...Column<M>[]];
  /** Asked once for the whole file, for rows that do not say it themselves, for example the campaign. `isFound`: left out, `create` finds it by itself. */
  ask?: Readonly<Partial<Record<Column<M>, { label: string; help?: string; required?: boolean; isFound?: boolean }>>>;
  /** What happens to a row whose record is there already. `update` (default) changes it; `keep` leaves it as it is. */
  existing?: 'update' | 'keep';
  /**
   * Tables without headings that are known by their first row, for example an old program's file: `header` are the headings that such a
   * table would have.
   */
  bare?: { header: readonly string[]; fits(cells: readonly string[]): boolean };
  /** Says of each of these rows why it does not fit, where only the module can know; undefined where it does. Reads only. */
  check?(tx: Transaction, rows: Partial<Row<M>>[]): Promise<(string | undefined)[]>;
  /** Makes records in this order and returns their ids; by default the resource's service one by one, or plainly all at once, as `insertRecords` does. */
  create?(work: Work, values: Partial<Row<M>>[]): Promise<{ id: string }[]>;
}

/** An import whose model is not known to the compiler. */
// biome-ignore lint/suspicious/noExplicitAny: the core treats all models alike; the declaration itself was checked.
export type AnyImport = ImportDeclaration<any>;

/** Declares an import on a model. */
export function importOf<M extends ModelName>(_model: M, declaration: ImportDeclaration<M>): ImportDeclaration<M> {
  return declaration;
}
