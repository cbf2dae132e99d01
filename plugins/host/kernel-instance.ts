import {
  formatLayout,
  formatType,
  type KernelCall,
  type KernelInstance,
  type Layout,
  type Template,
  type Value,
} from 'match-compiler';
import type { Signature } from './operands.ts';

/** A template of this plugin. */
export function kernelTemplate(path: string, text: string): Template {
  return { path: `plugins/host/kernels/${path}`, text };
}

/** Puts a kernel instance together; `summary` is filled in for every template. */
export function kernelInstance(
  call: KernelCall,
  template: Template,
  name: string,
  signature: Signature,
  parts: {
    readonly holes: KernelInstance['holes'];
    readonly flags?: KernelInstance['flags'];
    readonly support?: readonly Template[];
    readonly headers?: readonly string[];
  },
): KernelInstance {
  return {
    template,
    name,
    parameters: signature.parameters,
    holes: { summary: summaryOf(call), ...parts.holes },
    flags: parts.flags ?? {},
    support: parts.support ?? [],
    headers: parts.headers ?? [],
  };
}

/** `conv2d, requantize: int8[1,3,96,96] NHWC -> int8[1,8,48,48] NHWC`. */
export function summaryOf({ region, layouts }: KernelCall): string {
  const list = (values: readonly Value[], of: readonly Layout[]): string =>
    values.map((value, i) => describe(value, of[i])).join(', ');
  const names = region.nodes.map((node) => node.op.name).join(', ');
  return `${names}: ${list(region.inputs, layouts.inputs)} -> ${list(region.outputs, layouts.outputs)}`;
}

function describe(value: Value, layout: Layout | undefined): string {
  const order = layout && value.type.shape.length > 2 ? ` ${formatLayout(layout)}` : '';
  return formatType(value.type) + order;
}
