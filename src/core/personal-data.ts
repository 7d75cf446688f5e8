// Personal data: where a module keeps what it knows about people, what one of them is given, and how one is forgotten.
// Said once for each model; export, erasure, their previews and the test that nothing was left out follow from it.
import type { Core } from './core.ts';
import type { Include, ModelName, RowWith, Transaction, Where } from './model.ts';
import type { Work } from './work.ts';

/** Whom it is about, by address. At least one of the two is given. */
export interface Person {
  /** In small letters. */
  email?: string;
  /** E.164, for example +31612345678. */
  phone?: string;
}

/** What a search may ask besides: for addresses that are kept as somebody typed them. */
export interface Searched {
  core: Core;
  tx: Transaction;
}

interface Described<M extends ModelName, I extends object> {
  /** What these records are, in the plural and in small letters: "recipients of certificates". */
  label: string;
  /** How long records stay when nobody asks for anything, as a sentence that the person is told. */
  keptFor: string;
  /**
   * The records that are about the person; undefined when nobody can be found here by what is given. Compare plainly, or with
   * `sameAddress`: Prisma's `mode: 'insensitive'` alone takes `_` and `%` of an address for wildcards and would find somebody else.
   */
  find(person: Person, searched: Searched): Where<M> | undefined | Promise<Where<M> | undefined>;
  /**
   * Addresses that a record knows the person by: messages and other traces of those are theirs too, even if they asked by another one.
   * Records of modules are not looked for by them: a family may share a telephone.
   */
  also?(row: RowWith<M, I>): Person;
  /** Relations loaded with each record. */
  include?: I & Include<M>;
  /** What the person is given of a record, by words that they understand. No secrets, nothing about others. */
  export(row: RowWith<M, I>, core: Core): Record<string, unknown> | Promise<Record<string, unknown>>;
  /** Ids of kept files that the person is given too, and that go with the record. */
  files?(row: RowWith<M, I>): readonly (string | null)[];
}

/** Records that are forgotten with the person. */
interface Erasable<M extends ModelName, I extends object> extends Described<M, I> {
  /** What becomes of a record, for the preview: "deleted", or "kept without name and e-mail". */
  fate: string;
  /**
   * Forgets the person in one record, which is locked. It may be gone already, by the erasure of another one. Throws conflict with
   * the reason when it cannot be now; then nothing at all is erased. Files of the record, messages about it, its audit entries'
   * values and its traces in runs and imports are the core's business.
   */
  erase(row: RowWith<M, I>, work: Work): Promise<void>;
}

/** Records that stay although they are about the person. */
interface Kept<M extends ModelName, I extends object> extends Described<M, I> {
  /** Why they stay, as a sentence that staff can pass on: "An invoice is kept for seven years." */
  keptBecause: string;
}

/** The declaration of what a model holds about people. */
export type PersonalDataDeclaration<M extends ModelName, I extends object> = Erasable<M, I> | Kept<M, I>;

/** What a model holds about people. */
export type PersonalData<M extends ModelName, I extends object = object> = PersonalDataDeclaration<M, I> & {
  readonly model: M;
};

/** A declaration as the core handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the core treats all models alike; the declaration itself was checked.
export type AnyPersonalData = PersonalData<any, any>;

/** Declares what a model holds about people. Records are erased in the order of the module's list: children before parents. */
export function personalData<M extends ModelName, const I extends object = Record<never, never>>(
  model: M,
  declaration: PersonalDataDeclaration<M, I>,
): PersonalData<M, I> {
  return { ...declaration, model };
}
