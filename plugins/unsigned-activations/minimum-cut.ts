interface Edge {
  readonly to: number;
  capacity: number;
  /** The same edge in the other direction, once both are made. */
  back?: Edge;
}

/**
 * A directed network whose minimum cut is looked for: the cheapest way to part its vertices into the side of
 * `source` and the side of `sink`. Flow is sent along shortest paths until none is left (Edmonds and Karp 1972).
 */
export class CutNetwork {
  readonly source = 0;
  readonly sink = 1;
  readonly #edges: Edge[][] = [[], []];

  vertex(): number {
    return this.#edges.push([]) - 1;
  }

  /** Costs `capacity` where `from` is on the side of the source and `to` on that of the sink. */
  edge(from: number, to: number, capacity: number): void {
    if (from === to || capacity === 0) return;
    const edge: Edge = { to, capacity };
    const back: Edge = { to: from, capacity: 0, back: edge };
    edge.back = back;
    this.#edges[from]?.push(edge);
    this.#edges[to]?.push(back);
  }

  /** Costs `capacity` where the vertices are not all on one side. */
  together(vertices: readonly number[], capacity: number): void {
    const [first, last] = [this.vertex(), this.vertex()];
    this.edge(first, last, capacity);
    for (const vertex of vertices) {
      this.edge(vertex, first, Infinity);
      this.edge(last, vertex, Infinity);
    }
  }

  /** The side of the sink in the minimum cut in which it has the fewest vertices. */
  sinkSide(): ReadonlySet<number> {
    for (;;) {
      const reached = this.#reached();
      if (!reached.has(this.sink)) return this.#leadingToSink();
      const path: Edge[] = [];
      for (let edge = reached.get(this.sink); edge; edge = reached.get(edge.back?.to ?? this.source))
        path.push(edge);
      const flow = path.reduce((least, { capacity }) => Math.min(least, capacity), Infinity);
      // Two endless demands that exclude each other: the caller's fault, and no cut at all.
      if (flow === Infinity) throw new RangeError('no finite cut');
      for (const edge of path) {
        edge.capacity -= flow;
        if (edge.back) edge.back.capacity += flow;
      }
    }
  }

  /** The vertices from which flow could still reach the sink. */
  #leadingToSink(): ReadonlySet<number> {
    const leading = new Set([this.sink]);
    for (const vertex of leading) {
      for (const { to, back } of this.#edges[vertex] ?? []) if (back && back.capacity > 0) leading.add(to);
    }
    return leading;
  }

  /** The vertices that flow from the source can still reach, each with the edge by which it did. */
  #reached(): Map<number, Edge | undefined> {
    const reached = new Map<number, Edge | undefined>([[this.source, undefined]]);
    // A map shows what is added while it is walked through: this is the queue as well.
    for (const vertex of reached.keys()) {
      for (const edge of this.#edges[vertex] ?? []) {
        if (edge.capacity > 0 && !reached.has(edge.to)) reached.set(edge.to, edge);
      }
    }
    return reached;
  }
}
