import {
  channelsLast,
  rowMajor,
  sameLayout,
  strided,
  type Layout,
  type LayoutChoice,
  type Region,
  type Value,
} from 'match-compiler';

/** Gives every operand of a region its layout. */
export type LayoutRule = (value: Value) => Layout;

/** One choice per rule; rules that come to the same for this region count once. */
export function layoutChoices(region: Region, rules: readonly LayoutRule[]): LayoutChoice[] {
  const choices = rules.map((rule) => ({
    inputs: region.inputs.map(rule),
    constants: region.constants.map(rule),
    outputs: region.outputs.map(rule),
  }));
  return choices.filter((choice, i) => choices.findIndex((other) => sameChoice(other, choice)) === i);
}

function sameChoice(a: LayoutChoice, b: LayoutChoice): boolean {
  const same = (x: readonly Layout[], y: readonly Layout[]): boolean =>
    x.every((layout, i) => {
      const other = y[i];
      return other !== undefined && sameLayout(layout, other);
    });
  return same(a.inputs, b.inputs) && same(a.constants, b.constants) && same(a.outputs, b.outputs);
}

/** Row-major, whatever the rank. */
export const plainLayout: LayoutRule = (value) => rowMajor(value.type.shape.length);

/** Channels innermost from rank 3 on. */
export const channelsLastLayout: LayoutRule = (value) => channelsLast(value.type.shape.length);

/** Everything row-major, and everything of the result's rank channels-last. */
export function uniformLayouts(region: Region): LayoutChoice[] {
  return layoutChoices(region, [plainLayout, broadcastLayout(region, channelsLast)]);
}

/**
 * The layout of a broadcast operand that walks in step with a result laid out by `of`. Constants of a lower
 * rank are laid out to match; activations of a lower rank stay row-major, which their producers can give.
 */
export function broadcastLayout(region: Region, of: (rank: number) => Layout): LayoutRule {
  const rank = Math.max(0, ...region.outputs.map((value) => value.type.shape.length));
  const whole = of(rank);
  return (value) => {
    const own = value.type.shape.length;
    if (own === rank) return whole;
    if (!value.constant || whole.kind !== 'strided') return rowMajor(own);
    const missing = rank - own;
    return strided(whole.order.filter((axis) => axis >= missing).map((axis) => axis - missing));
  };
}

/** Every pairing of row-major and channels-last between what a region reads and what it writes. */
export function mixedLayouts(region: Region, constants: LayoutRule = plainLayout): LayoutChoice[] {
  const forms: readonly LayoutRule[] = [plainLayout, channelsLastLayout];
  return forms
    .flatMap((from) =>
      forms.map((to) => ({
        inputs: region.inputs.map(from),
        constants: region.constants.map(constants),
        outputs: region.outputs.map(to),
      })),
    )
    .filter((choice, i, all) => all.findIndex((other) => sameChoice(other, choice)) === i);
}
