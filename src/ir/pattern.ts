import { isOp, type Graph, type Node, type Value } from './graph.ts';
import { printNode } from './printer.ts';
import type { Attributes, OpDefinition } from './op.ts';

/** What a pattern found: the nodes in execution order, and what was captured under which name. */
export interface PatternMatch {
  readonly root: Node;
  readonly nodes: readonly Node[];
  readonly captures: ReadonlyMap<string, Node>;
  readonly values: ReadonlyMap<string, Value>;
}

/** Why a pattern did not match: the node it stumbled on and the condition that failed there. */
export interface Refusal {
  readonly node: Node;
  readonly reason: string;
  /** Nodes matched before it stumbled; the refusal with the most is the one worth telling. */
  readonly matched: number;
}

export type MatchResult = { readonly match: PatternMatch } | { readonly refusal: Refusal };

/** True, or the reason why not, as the end of a sentence about the node ("has a dilation of 2"). */
export type Condition<T> = (subject: T, graph: Graph) => true | string;

interface State {
  readonly graph: Graph;
  readonly nodes: readonly Node[];
  readonly captures: ReadonlyMap<string, Node>;
  readonly values: ReadonlyMap<string, Value>;
}

type Step = { readonly ok: State } | { readonly no: Refusal };

/** Matches a value together with the nodes that make it. */
export interface Pattern {
  /** What it looks for, as text. */
  readonly text: string;
  /** @internal */
  readonly step: (value: Value, user: Node, state: State) => Step;
}

export interface OpPatternOptions<A extends Attributes> {
  /** Captures the node under this name. */
  readonly as?: string;
  /** Patterns of the inputs, in order. Inputs beyond the list are free. */
  readonly inputs?: readonly Pattern[];
  /** Conditions on the node; the text of the first that fails is the refusal. */
  readonly where?: readonly Condition<Node<A>>[];
  /** The order of the first two inputs does not matter. */
  readonly commutative?: boolean;
}

/** A node of `op` whose other readers, if it is not the root, are none: the region absorbs it. */
export function op<A extends Attributes>(
  definition: OpDefinition<A>,
  options: OpPatternOptions<A> = {},
): Pattern {
  const inputs = options.inputs ?? [];
  return {
    text: `${definition.name}(${inputs.map((input) => input.text).join(', ')})`,
    step(value, user, state) {
      const node = state.graph.producer(value);
      if (!isOp(node, definition)) {
        return no(user, `%${value.name} does not come from ${definition.name}`, state);
      }
      if (user !== (node as Node) && !state.graph.hasSingleUse(value)) {
        return no(node, `%${value.name} is used outside the pattern as well`, state);
      }
      for (const condition of options.where ?? []) {
        const answer = condition(node, state.graph);
        if (answer !== true) return no(node, answer, state);
      }
      const orders =
        options.commutative && inputs.length === 2 ? [inputs, [inputs[1], inputs[0]] as Pattern[]] : [inputs];
      let best: Refusal | undefined;
      for (const order of orders) {
        const result = matchInputs(node, order, {
          ...state,
          captures: options.as ? new Map([...state.captures, [options.as, node]]) : state.captures,
        });
        if ('ok' in result) return { ok: { ...result.ok, nodes: [...result.ok.nodes, node] } };
        if (!best || result.no.matched > best.matched) best = result.no;
      }
      return best ? { no: best } : no(node, 'has no order of inputs', state);
    },
  };
}

function matchInputs(node: Node, patterns: readonly Pattern[], state: State): Step {
  let current = state;
  for (const [i, pattern] of patterns.entries()) {
    const input = node.inputs[i];
    if (!input) return no(node, `has no input ${i}`, current);
    const result = pattern.step(input, node, current);
    if ('no' in result) return result;
    current = result.ok;
  }
  return { ok: current };
}

/** Any value; captured when named, and constrained when conditions are given. */
export function any(as?: string, where: readonly Condition<Value>[] = []): Pattern {
  return {
    text: as ? `%${as}` : '_',
    step(value, user, state) {
      for (const condition of where) {
        const answer = condition(value, state.graph);
        if (answer !== true) return no(user, `%${value.name} ${answer}`, state);
      }
      return { ok: as ? { ...state, values: new Map([...state.values, [as, value]]) } : state };
    },
  };
}

/** A value known at compile time. */
export function constant(as?: string): Pattern {
  return {
    ...any(as, [(value) => (value.constant ? true : 'is not a constant')]),
    text: as ? `const ${as}` : 'const',
  };
}

/** The outer pattern around `inner`, or `inner` alone: `optional((x) => op(clip, { inputs: [x] }), op(conv2d))`. */
export function optional(outer: (inner: Pattern) => Pattern, inner: Pattern): Pattern {
  return oneOf(outer(inner), inner);
}

/** The first of the patterns that matches. */
export function oneOf(...patterns: readonly [Pattern, ...Pattern[]]): Pattern {
  return {
    text: patterns.map((pattern) => pattern.text).join(' | '),
    step(value, user, state) {
      let best: Refusal | undefined;
      for (const pattern of patterns) {
        const result = pattern.step(value, user, state);
        if ('ok' in result) return result;
        if (!best || result.no.matched > best.matched) best = result.no;
      }
      return best ? { no: best } : no(user, 'has no alternative', state);
    },
  };
}

/** Matches a pattern whose root makes the first output of `root`. */
export function matchPattern(pattern: Pattern, root: Node, graph: Graph): MatchResult {
  const [value] = root.outputs;
  if (!value) return { refusal: { node: root, reason: 'has no output', matched: 0 } };
  const result = pattern.step(value, root, { graph, nodes: [], captures: new Map(), values: new Map() });
  if ('no' in result) return { refusal: result.no };
  const { nodes, captures, values } = result.ok;
  return { match: { root, nodes, captures, values } };
}

/** The node captured under a name. @throws {Error} when the pattern captures no such name */
export function captured<A extends Attributes>(
  match: PatternMatch,
  name: string,
  definition: OpDefinition<A>,
): Node<A> {
  const node = match.captures.get(name);
  if (!isOp(node, definition)) {
    throw new Error(`the pattern captured no ${definition.name} as '${name}' at ${printNode(match.root)}`);
  }
  return node;
}

function no(node: Node, reason: string, state: State): Step {
  return { no: { node, reason, matched: state.captures.size + state.nodes.length } };
}
