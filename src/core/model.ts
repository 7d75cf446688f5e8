// Types that follow from the Prisma models: a wrong model, column, filter or relation is a compile error.
import type { Prisma, PrismaClient } from '@prisma/client';

/** The name of a Prisma model, for example `Recipient`. */
export type ModelName = Prisma.ModelName;

type Shape<M extends ModelName> = Prisma.TypeMap['model'][M];

/** The plain columns of one record of a model. */
export type Row<M extends ModelName> = Shape<M>['payload']['scalars'];

/** A column's name. */
export type Column<M extends ModelName> = keyof Row<M> & string;

/** A Prisma filter on a model. */
export type Where<M extends ModelName> = NonNullable<Shape<M>['operations']['findMany']['args']['where']>;

/** Which relations are loaded with a record. */
export type Include<M extends ModelName> = Shape<M>['operations']['findMany']['args'] extends {
  include?: infer I | null;
}
  ? NonNullable<I>
  : Record<never, never>;

/** One record with the relations that `I` names. */
export type RowWith<M extends ModelName, I> = Prisma.Result<
  PrismaClient[Uncapitalize<M>],
  { include: I },
  'findUniqueOrThrow'
>;

/** A database transaction, or the client itself where no transaction is needed. */
export type Transaction = Prisma.TransactionClient;
