// What the database's models look like, from Prisma's generated datamodel. Read once; nothing here knows a module.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../project.ts';

/** The kinds of values that the rest of the core tells apart. */
export type ColumnType = 'string' | 'number' | 'boolean' | 'dateTime' | 'enum' | 'json' | 'list' | 'bytes';

/** One column of a model. */
export interface ColumnModel {
  name: string;
  type: ColumnType;
  /** Prisma's own word: String, Int, BigInt, Float, Decimal, Boolean, DateTime, Json, Bytes or an enumeration's name. */
  prismaType: string;
  isRequired: boolean;
  hasDefault: boolean;
  isId: boolean;
  isUnique: boolean;
  isUpdatedAt: boolean;
  /** A calendar day without a time. */
  isDay: boolean;
  maxLength?: number;
  /** Members of the enumeration. */
  members?: readonly string[];
  /** The model that a foreign key points to. */
  reference?: string;
}

/** One model: its columns by name and its table. */
export interface DataModel {
  name: string;
  table: string;
  columns: ReadonlyMap<string, ColumnModel>;
  /** Relations by name: which model is there, one record or many. */
  relations: ReadonlyMap<string, { model: string; isList: boolean }>;
  /** The column that changes with every write, where there is one. */
  version: string | undefined;
  /** Text columns with a trigram index. */
  searchable: ReadonlySet<string>;
}

interface RawField {
  name: string;
  kind: 'scalar' | 'enum' | 'object' | 'unsupported';
  type: string;
  isList: boolean;
  isRequired: boolean;
  isId: boolean;
  isUnique: boolean;
  isUpdatedAt: boolean;
  hasDefaultValue: boolean;
  nativeType: [string, string[]] | null;
  relationFromFields?: string[];
}

interface RawIndex {
  model: string;
  fields: { name: string; operatorClass?: string }[];
}

interface RawDatamodel {
  enums: { name: string; values: { name: string }[] }[];
  models: { name: string; dbName: string | null; fields: RawField[] }[];
  indexes: RawIndex[];
}

let models: ReadonlyMap<string, DataModel> | undefined;

/** Returns every model by name. Throws when the datamodel was not generated. */
export function allModels(): ReadonlyMap<string, DataModel> {
  models ??= read();
  return models;
}

/** Returns a model. Throws a plain error for an unknown name, because only declarations name models. */
export function modelOf(name: string): DataModel {
  const model = allModels().get(name);
  if (!model) throw new Error(`There is no model ${name} in prisma/schema.`);
  return model;
}

/** Returns a column of a model. Throws a plain error for an unknown name. */
export function columnOf(model: string, column: string): ColumnModel {
  const found = modelOf(model).columns.get(column);
  if (!found) throw new Error(`The model ${model} has no column ${column}.`);
  return found;
}

/** Tells whether a column's name says that it keeps a secret; days, numbers and flags about secrets are none. */
export function isSecretColumn(column: ColumnModel): boolean {
  const textual = column.type === 'string' || column.type === 'json' || column.type === 'list';
  return column.type === 'bytes' || (textual && /hash|secret|token|password|sealed/i.test(column.name));
}

function read(): ReadonlyMap<string, DataModel> {
  const file = path.join(projectRoot, 'prisma', 'generated', 'datamodel.json');
  const raw = JSON.parse(readFileSync(file, 'utf8')) as RawDatamodel;
  const members = new Map(raw.enums.map((one) => [one.name, one.values.map((value) => value.name)]));
  return new Map(
    raw.models.map((model) => {
      const references = new Map(
        model.fields.flatMap((field) => (field.relationFromFields ?? []).map((key) => [key, field.type] as const)),
      );
      const columns = model.fields
        .filter((field) => field.kind === 'scalar' || field.kind === 'enum')
        .map((field) => toColumn(field, members.get(field.type), references.get(field.name)));
      return [
        model.name,
        {
          name: model.name,
          table: model.dbName ?? model.name,
          columns: new Map(columns.map((column) => [column.name, column])),
          relations: new Map(
            model.fields
              .filter((field) => field.kind === 'object')
              .map((field) => [field.name, { model: field.type, isList: field.isList }]),
          ),
          version: columns.find((column) => column.isUpdatedAt)?.name,
          searchable: trigramColumns(raw.indexes, model.name),
        },
      ];
    }),
  );
}

function toColumn(field: RawField, members: string[] | undefined, reference: string | undefined): ColumnModel {
  const [native, sizes] = field.nativeType ?? ['', []];
  return {
    name: field.name,
    type: field.isList ? 'list' : typeOf(field),
    prismaType: field.type,
    isRequired: field.isRequired,
    hasDefault: field.hasDefaultValue || field.isUpdatedAt,
    isId: field.isId,
    isUnique: field.isUnique,
    isUpdatedAt: field.isUpdatedAt,
    isDay: native === 'Date',
    ...(/Char$/.test(native) && sizes[0] ? { maxLength: Number(sizes[0]) } : {}),
    ...(members ? { members } : {}),
    ...(reference ? { reference } : {}),
  };
}

function typeOf(field: RawField): ColumnType {
  if (field.kind === 'enum') return 'enum';
  if (field.type === 'String') return 'string';
  if (field.type === 'Boolean') return 'boolean';
  if (field.type === 'DateTime') return 'dateTime';
  if (field.type === 'Json') return 'json';
  return field.type === 'Bytes' ? 'bytes' : 'number';
}

function trigramColumns(indexes: RawIndex[], model: string): ReadonlySet<string> {
  const own = indexes.filter((index) => index.model === model).flatMap((index) => index.fields);
  return new Set(own.filter((field) => field.operatorClass?.includes('trgm')).map((field) => field.name));
}
