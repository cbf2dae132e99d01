import {
  isOp,
  locationsOf,
  ops,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Value,
} from 'match-compiler';
import { commute, isBroadcast, type Commuted } from './commute.ts';
import { costOfUndoing, undone } from './operands.ts';
import { costOfRedoing, isRead, redo } from './readers.ts';
import { inverse, samePermutation, type Permutation } from './permutation.ts';

/** Connected nodes that all commute with one permutation. */
type Region = ReadonlyMap<Node, Commuted>;

/**
 * All nodes around a transpose that commute with it, computed on the other side of it when that takes
 * fewer transposes at the edges of the region.
 */
export function flipRegions(): RewriteRule {
  // A region is looked at once between two changes, however many transposes surround it.
  const seen = new WeakMap<Rewriter, { changes: number; nodes: Set<string> }>();
  return {
    name: 'flip-region',
    at: [ops.transpose],
    apply(node, rewriter) {
      if (!isOp(node, ops.transpose)) return false;
      let memory = seen.get(rewriter);
      if (memory?.changes !== rewriter.changes)
        seen.set(rewriter, (memory = { changes: rewriter.changes, nodes: new Set() }));
      const { perm } = node.attributes;
      const [input] = node.inputs;
      const [output] = node.outputs;
      const behind = output ? rewriter.consumers(output).map((start) => ({ start, p: perm })) : [];
      const before = input && rewriter.producer(input);
      for (const { start, p } of [...behind, ...(before ? [{ start: before, p: inverse(perm) }] : [])]) {
        if (memory.nodes.has(`${start.id} ${p.join()}`)) continue;
        const region = regionAround(start, p, rewriter);
        for (const member of region.keys()) memory.nodes.add(`${member.id} ${p.join()}`);
        if (region.size === 0 || costOfFlipping(region, p, rewriter) >= 0) continue;
        flip(region, p, rewriter);
        return true;
      }
      return false;
    },
  };
}

function regionAround(start: Node, p: Permutation, rewriter: Rewriter): Region {
  const region = new Map<Node, Commuted>();
  const open = [start];
  for (let node = open.pop(); node; node = open.pop()) {
    if (region.has(node) || isOp(node, ops.transpose)) continue;
    const moved = commute(node, p);
    if (!moved || !samePermutation(moved.result, p) || !isRead(node, rewriter)) continue;
    region.set(node, moved);
    for (const i of carriersOf(node, moved)) {
      const producer = node.inputs[i] && rewriter.producer(node.inputs[i]);
      if (producer) open.push(producer);
    }
    for (const output of node.outputs) {
      for (const reader of rewriter.consumers(output)) {
        const other = region.has(reader) ? undefined : commute(reader, p);
        if (other && carries(reader, other, output)) open.push(reader);
      }
    }
  }
  return region;
}

/** Operands that are as large as the result: the region goes on through them. */
function carriersOf(node: Node, moved: Commuted): readonly number[] {
  return moved.carriers.filter((i) => !isBroadcast(node, i));
}

function carries(node: Node, moved: Commuted, value: Value): boolean {
  return carriersOf(node, moved).some((i) => node.inputs[i] === value);
}

function costOfFlipping(region: Region, p: Permutation, rewriter: Rewriter): number {
  const { entering, leaving } = edgesOf(region, rewriter);
  const isInside = membership(region);
  // A transpose from the region back into it would count on both sides.
  for (const value of entering) {
    const source = rewriter.from(value, ops.transpose)?.inputs[0];
    if (source && leaving.has(source)) return Infinity;
  }
  const disappears = (value: Value): boolean =>
    !rewriter.isOutput(value) && rewriter.consumers(value).every(isInside);
  let cost = 0;
  for (const value of entering) cost += costOfUndoing(value, p, rewriter, disappears);
  for (const value of leaving) cost += costOfRedoing(value, p, rewriter, isInside);
  return cost;
}

/** By id: a node is another object once its inputs were replaced. */
function membership(region: Region): (node: Node) => boolean {
  const ids = new Set(Array.from(region.keys(), (node) => node.id));
  return (node) => ids.has(node.id);
}

/** Values that the region reads from outside, and all that it makes. */
function edgesOf(
  region: Region,
  rewriter: Rewriter,
): { entering: ReadonlySet<Value>; leaving: ReadonlySet<Value> } {
  const entering = new Set<Value>();
  const leaving = new Set<Value>();
  for (const [node, moved] of region) {
    for (const i of moved.carriers) {
      const input = node.inputs[i];
      const producer = input && rewriter.producer(input);
      if (input && !(producer && region.has(producer))) entering.add(input);
    }
    for (const output of node.outputs) leaving.add(output);
  }
  return { entering, leaving };
}

function flip(region: Region, p: Permutation, rewriter: Rewriter): void {
  const isInside = membership(region);
  const made = new Map<Value, Value>();
  const permuted: { readonly old: Value; readonly now: Value; readonly node: Node }[] = [];
  for (const node of inOrder(region, rewriter)) {
    const moved = region.get(node);
    if (!moved) continue;
    const inputs = node.inputs.map((input, i): Value => {
      if (!moved.carriers.includes(i)) return input;
      let now = made.get(input);
      if (!now) made.set(input, (now = undone(input, p, node, rewriter)));
      return now;
    });
    const results = rewriter.add(node.op, inputs, moved.attributes, {
      name: node.name,
      loc: locationsOf(node),
      outputs: node.outputs.map((output) => rewriter.nameOf(output)),
    });
    node.outputs.forEach((output, i) => {
      const now = results[i];
      if (!now) return;
      made.set(output, now);
      permuted.push({ old: output, now, node });
    });
  }
  // The region itself reads the new nodes already; the old ones go when nobody outside reads them.
  for (const { old, now, node } of permuted) redo(old, now, p, node, rewriter, isInside);
}

/** The nodes of a region, operands first. */
function inOrder(region: Region, rewriter: Rewriter): readonly Node[] {
  const order = new Set<Node>();
  const open = [...region.keys()].sort((a, b) => b.id - a.id).map((node) => ({ node, ready: false }));
  for (let top = open.pop(); top; top = open.pop()) {
    if (order.has(top.node)) continue;
    if (top.ready) {
      order.add(top.node);
      continue;
    }
    open.push({ node: top.node, ready: true });
    for (const input of top.node.inputs) {
      const producer = rewriter.producer(input);
      if (producer && region.has(producer) && !order.has(producer))
        open.push({ node: producer, ready: false });
    }
  }
  return [...order];
}
