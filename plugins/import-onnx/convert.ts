import {
  GraphEditor,
  isInteger,
  ops,
  type DataType,
  type Graph,
  type ModelSource,
  type Rounding,
  type Value,
} from 'match-compiler';
import type { Model } from './decode.ts';
import { isIntegerDialect, recogniseDialect, type Recognition } from './dialect.ts';
import * as diagnostics from './diagnostics.ts';
import { defineInputs } from './inputs.ts';
import { inIntegerNet } from './integer/operators.ts';
import { IntegerSession } from './integer/session.ts';
import type { Definition, ModelGraph, ModelNode } from './model.ts';
import { NodeBuilder } from './node-builder.ts';
import { NodeReader, UnboundInput } from './node-reader.ts';
import type { Operator } from './operator.ts';
import { operatorNames, operatorTables } from './operators/index.ts';
import { attributeTypes, toSafeNumber } from './proto.ts';
import { Scope } from './scope.ts';
import { resolveGraph } from './structure.ts';
import { dataTypeOf } from './tensors.ts';

const oldestOpset = 6;
/** Operators of older sets that mean what they mean today. */
const unchanged: ReadonlySet<string> = new Set([
  'Constant',
  'DepthToSpace',
  'Flatten',
  'Gather',
  'Identity',
  'LRN',
  'Not',
  'Shape',
  'Size',
  'Softplus',
  'Softsign',
  'SpaceToDepth',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);
/** Newest version of the standard operators whose changes are known here. */
const newestOpset = 25;

/**
 * The compiler's graph of a decoded file.
 * @throws {MatchError} every code of `diagnostics.ts`
 */
export function convertModel(model: Model, source: ModelSource): Graph {
  const { file, options } = source;
  refuseFunctions(file, model);
  const graph = resolveGraph(file, model.graph, options.outputs);
  const opsets = new Map(
    (model.opset_import ?? []).map(({ domain, version }) => [
      domain === 'ai.onnx' ? '' : (domain ?? ''),
      toSafeNumber(version ?? 0),
    ]),
  );
  const opset = opsets.get('');
  const known = ({ domain, op }: ModelNode): boolean =>
    domain !== '' || (opset !== undefined && (opset >= oldestOpset || (opset > 0 && unchanged.has(op))));
  if (!graph.nodes.every(known)) {
    throw diagnostics.opsetUnsupported(file, opset, oldestOpset);
  }

  const recognised: string[] = [];
  const info = { file, format: 'onnx', dialect: 'float', recognised };
  const editor = new GraphEditor({ name: graph.name || stem(file), info });
  const scope = new Scope(editor, source, tensorNames(graph));
  const found = recogniseDialect(graph, scope, options.dialect);
  info.dialect = found.dialect;
  recognised.push(...found.evidence, ...graph.recognised);
  if (opset !== undefined && opset > newestOpset) {
    recognised.push(`opset ${opset} is newer than ${newestOpset}, the newest known here`);
  }
  recognised.push(...defineInputs(graph, scope, options, isIntegerDialect(found.dialect)));

  const conversion = new Conversion(graph, scope, found, options.rounding ?? 'integer-single', opsets);
  for (const node of graph.nodes) conversion.convert(node);
  conversion.refuseUnbound();
  const outputs = graph.outputs.map((output) => conversion.output(output.definition, output.info));
  const names = graph.outputs.map((output) => output.definition.name);
  // The model's own names, except where it lists a tensor twice.
  editor.setOutputs(
    outputs,
    outputs.map((value, i) => (names.indexOf(names[i] ?? '') === i ? (names[i] ?? value.name) : value.name)),
  );
  recognised.push(...conversion.notes());
  Object.freeze(recognised);
  Object.freeze(info);
  return editor.finish();
}

class Conversion {
  readonly #graph: ModelGraph;
  readonly #scope: Scope;
  readonly #dialect: Recognition;
  readonly #rounding: Rounding;
  readonly #opsets: ReadonlyMap<string, number>;
  readonly #integers: IntegerSession;
  readonly #ignored = new Map<string, number>();
  readonly #declared: ReadonlyMap<Definition, DataType>;
  readonly #outputs = new Set<Value>();
  readonly #unbound: UnboundInput[] = [];
  readonly #lost = new Set<Definition>();

  constructor(
    graph: ModelGraph,
    scope: Scope,
    dialect: Recognition,
    rounding: Rounding,
    opsets: ReadonlyMap<string, number>,
  ) {
    this.#graph = graph;
    this.#scope = scope;
    this.#dialect = dialect;
    this.#rounding = rounding;
    this.#opsets = opsets;
    this.#integers = new IntegerSession(dialect.holdsIntegersInFloats);
    this.#declared = new Map(
      graph.outputs.flatMap(({ definition, info }) => {
        const dtype = dataTypeOf(info?.type?.tensor_type?.elem_type);
        return dtype ? [[definition, dtype] as const] : [];
      }),
    );
  }

  convert(node: ModelNode): void {
    // Without its inputs nothing can be said of a node; other nodes may need more inputs bound.
    if (node.inputs.some((input) => input && this.#lost.has(input))) {
      this.#lose(node);
      return;
    }
    const opset = this.#opsets.get(node.domain) ?? 1;
    if (
      [...node.attributes.values()].some(({ type, g, graphs }) => holdsGraph(type) || g || graphs?.length)
    ) {
      throw diagnostics.subgraphUnsupported(node);
    }
    const operator = this.#operatorFor(node);
    if (!operator) throw diagnostics.opUnsupported(node, opset, operatorNames);
    const reader = new NodeReader(node, opset, this.#graph, this.#scope);
    const builder = new NodeBuilder(node, this.#scope, this.#rounding, (index, dtype) =>
      this.#outputName(node, index, dtype),
    );
    let results: Value | readonly Value[];
    try {
      results = operator(reader, builder);
    } catch (error) {
      if (error instanceof UnboundInput) {
        this.#unbound.push(error);
        this.#lose(node);
        return;
      }
      // A range error is an absurd extent that reached an array.
      if (!(error instanceof RangeError) && (error as Error).name !== 'ShapeError') throw error;
      throw diagnostics.shapeFault(node, (error as Error).message, describeInputs(node, this.#scope));
    }
    const values = Array.isArray(results) ? (results as readonly Value[]) : [results as Value];
    node.outputs.forEach((output, index) => {
      const value = values[index];
      if (output && value) this.#scope.define(output, value);
      else if (reader.isRead(index)) throw reader.unsupported(`its output ${index + 1}`);
    });
    for (const name of reader.unreadAttributes()) this.#ignored.set(name, (this.#ignored.get(name) ?? 0) + 1);
  }

  /** @throws {MatchError} INPUT_UNBOUND, naming all inputs that `bind` must give */
  refuseUnbound(): void {
    const [first] = this.#unbound;
    if (!first) return;
    const names = [...new Set(this.#unbound.flatMap(({ inputs }) => inputs))];
    throw diagnostics.inputUnbound(first.node, first.input, first.role, names);
  }

  #lose(node: ModelNode): void {
    for (const output of node.outputs) if (output) this.#lost.add(output);
  }

  /** A graph output: a value of its own that a node makes, in an integer net of the type the file declares. */
  output(definition: Definition, info: object | undefined): Value {
    const { editor } = this.#scope;
    const value = this.#scope.value(definition);
    const dtype = info ? this.#outputType(definition, value.type.dtype) : value.type.dtype;
    const loc = this.#graph.producers.get(definition)?.loc;
    const options = { name: definition.name, ...(loc && { loc: [loc] }) };
    let result = value;
    if (dtype !== value.type.dtype) {
      result = editor.add1(ops.cast, [value], { dtype, saturate: true }, options);
    } else if (this.#outputs.has(value) || value.constant || this.#isAnother(value, definition)) {
      result = editor.add1(ops.identity, [value], {}, options);
    }
    this.#outputs.add(result);
    return result;
  }

  notes(): readonly string[] {
    const ignored = [...this.#ignored].map(([name, count]) => `${name} (${count})`);
    return [
      ...this.#integers.notes(),
      ...(ignored.length > 0
        ? [`attributes without a known meaning are ignored: ${ignored.join(', ')}`]
        : []),
    ];
  }

  #operatorFor(node: ModelNode): Operator | undefined {
    const standard = operatorTables.get(node.domain)?.get(node.op);
    if (node.domain !== '' || !isIntegerDialect(this.#dialect.dialect)) return standard;
    return inIntegerNet(node.op, standard, this.#integers);
  }

  /** The model's name, unless a conversion follows that the name is kept for. */
  #outputName(node: ModelNode, index: number, dtype: DataType): string {
    const definition = node.outputs[index];
    if (!definition) return this.#scope.freeName(`${node.loc.node}.${index}`);
    if (this.#outputType(definition, dtype) === dtype) return definition.name;
    return this.#scope.freeName(`${definition.name}.${dtype}`);
  }

  /** Outputs of integer nets keep their integers: in the declared integer type, or int32 where a float is declared. */
  #outputType(definition: Definition, dtype: DataType): DataType {
    const declared = this.#declared.get(definition);
    if (!declared || !isInteger(dtype) || !isIntegerDialect(this.#dialect.dialect)) return dtype;
    if (isInteger(declared)) return declared;
    return dtype === 'int64' ? dtype : 'int32';
  }

  /** Whether the value is a graph input or carries the name of another tensor, because its node changes nothing. */
  #isAnother(value: Value, { name, kind }: Definition): boolean {
    return kind === 'input' || (value.name !== name && this.#scope.isTensorName(value.name));
  }
}

function refuseFunctions(file: string, model: Model): void {
  const functions = new Set(
    (model.functions ?? []).map(({ domain, name }) => `${domain ?? ''}:${name ?? ''}`),
  );
  const used = (model.graph.node ?? []).filter(({ domain, op_type }) =>
    functions.has(`${domain ?? ''}:${op_type ?? ''}`),
  );
  if (used.length > 0) {
    throw diagnostics.functionsUnsupported(file, [...new Set(used.map(({ op_type }) => op_type ?? ''))]);
  }
}

function holdsGraph(type: number | undefined): boolean {
  return type === attributeTypes.graph || type === attributeTypes.graphs;
}

function tensorNames(graph: ModelGraph): ReadonlySet<string> {
  const names = new Set(graph.inputs.map(({ definition }) => definition.name));
  for (const { inputs, outputs } of graph.nodes) {
    for (const definition of [...inputs, ...outputs]) if (definition) names.add(definition.name);
  }
  return names;
}

function describeInputs(node: ModelNode, scope: Scope): readonly string[] {
  return node.inputs.flatMap((input) => {
    if (!input) return [];
    const { type } = scope.value(input);
    return [`${input.name}: ${type.dtype}[${type.shape.join(', ')}]`];
  });
}

function stem(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? file).replace(/\.onnx$/i, '');
}
