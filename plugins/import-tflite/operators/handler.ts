import type { Value } from 'match-compiler';
import type { OperatorImport } from '../operator-import.ts';

/** Turns one operator of the file into nodes; the values of its outputs, in order. */
export type OperatorHandler = (operator: OperatorImport) => Value | readonly Value[];

/** Operators by the name that the schema gives them. */
export type OperatorTable = Readonly<Record<string, OperatorHandler>>;
