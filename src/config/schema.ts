import * as v from 'valibot';
import { numericsModes, roundings } from '../compiler/options.ts';
import { dataTypes, type DataType } from '../ir/data-type.ts';

const extent = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const file = v.pipe(v.string(), v.nonEmpty('Expected a path but received an empty string'));

/** `name` is both a folder and the stem of C identifiers. */
export const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

const rounding = v.picklist(roundings);

const model = v.strictObject({
  file,
  name: v.optional(
    v.pipe(
      v.string(),
      v.regex(identifier, ({ received }) => `Expected a C identifier but received ${received}`),
    ),
  ),
  rounding: v.optional(rounding),
  dialect: v.optional(v.string()),
  inputShapes: v.optional(v.record(v.string(), v.array(extent))),
  inputTypes: v.optional(v.record(v.string(), v.picklist(dataTypes as readonly [DataType, ...DataType[]]))),
  bind: v.optional(v.record(v.string(), v.union([v.number(), v.array(v.number())]))),
  outputs: v.optional(v.pipe(v.array(v.string()), v.nonEmpty('Expected at least one tensor name'))),
});

const io = v.strictObject({
  inputs: v.optional(v.picklist(['arena', 'caller'])),
  outputs: v.optional(v.picklist(['arena', 'caller'])),
});

/** Shape of a configuration. Plugins and targets are checked one by one by the code that knows what they are. */
export const configSchema = v.strictObject({
  models: v.optional(v.array(v.lazy((input) => (typeof input === 'string' ? file : model)))),
  targets: v.optional(v.pipe(v.array(v.unknown()), v.nonEmpty('Expected at least one target'))),
  plugins: v.optional(v.array(v.unknown())),
  outDir: v.optional(file),
  rounding: v.optional(rounding),
  numerics: v.optional(v.picklist(numericsModes)),
  io: v.optional(io),
  verifyEach: v.optional(v.boolean()),
  selfCheck: v.optional(v.boolean()),
  lineDirectives: v.optional(v.boolean()),
});

/** Keys allowed where an unknown one was met, by the depth and name of the path that leads there. */
export function knownKeys(parent: readonly PropertyKey[]): readonly string[] {
  if (parent.length === 0) return Object.keys(configSchema.entries);
  return Object.keys(parent[0] === 'io' ? io.entries : model.entries);
}
