import type { Tensor } from 'match-compiler';
import type { Definition, ModelGraph } from './model.ts';
import type { TensorProto } from './proto.ts';
import type { Scope } from './scope.ts';
import { readTensor } from './tensors.ts';

/** What the file writes down for a tensor: an initializer, or the value of a Constant node. */
export function literalProto(graph: ModelGraph, definition: Definition): TensorProto | undefined {
  if (definition.tensor) return definition.tensor;
  const producer = graph.producers.get(definition);
  return (producer?.op === 'Constant' ? producer.attributes.get('value')?.t : undefined) ?? undefined;
}

export function literalTensor(graph: ModelGraph, scope: Scope, definition: Definition): Tensor | undefined {
  if (definition.tensor) return scope.constant(definition);
  const proto = literalProto(graph, definition);
  return proto && readTensor(proto, definition.name, scope.source);
}
