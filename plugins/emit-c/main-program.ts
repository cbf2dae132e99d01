import {
  byteSize,
  cString,
  cType,
  elementCount,
  fillTemplate,
  isFloat,
  wrapItems,
  wrapList,
  type BundleFile,
  type DataType,
  type Graph,
  type Value,
} from 'match-compiler';
import mainText from './templates/main.c';
import type { Network, Port } from './network.ts';

/** Room for another C library's exp, relative and absolute. */
const inexactTolerance = { relative: 1e-5, absolute: 1e-6 };

/** `main.c`: runs the network on files, or on the samples that it carries. */
export function mainProgram(network: Network): BundleFile {
  const { name, inputs, outputs, options, graph } = network;
  const { samples } = options;
  const bytes = (arrays: readonly Uint8Array[]): string =>
    wrapItems(
      arrays.flatMap((array) => Array.from(array, String)),
      100,
    ) || '0';
  const none = '{"", "", 0, 0, NULL, 0.0, 0.0},';
  const { text } = fillTemplate(
    { path: 'plugins/emit-c/templates/main.c', text: mainText },
    {
      holes: {
        network: name,
        header: `${name}.h`,
        storage: [
          ...inputs.map((port) => storage(port, 'input')),
          ...outputs.map((port) => storage(port, 'output')),
        ].join('\n'),
        input_count: inputs.length,
        output_count: outputs.length,
        inputs: inputs.map((port) => row(port, 'input', graph)).join('\n') || none,
        outputs: outputs.map((port) => row(port, 'output', graph)).join('\n') || none,
        run: runStatements(network).join('\n'),
        elements: elementReaders(outputs).join('\n'),
        sample_count: samples.length,
        ...(samples.length > 0 && {
          sample_inputs: bytes(samples.flatMap((sample) => sample.inputs)),
          sample_outputs: bytes(samples.flatMap((sample) => sample.expected)),
        }),
        most_files: Math.max(1, inputs.length, outputs.length),
        largest_output: Math.max(1, ...outputs.map((port) => byteSize(port.value.type))),
      },
      flags: { samples: samples.length > 0 },
    },
  );
  return { path: 'main.c', content: text };
}

function arrayName(port: Port, kind: 'input' | 'output'): string {
  return `${kind}_${port.name}`;
}

function storage(port: Port, kind: 'input' | 'output'): string {
  const { dtype, shape } = port.value.type;
  return `static ${cType(dtype)} ${arrayName(port, kind)}[${Math.max(1, elementCount(shape))}];`;
}

function row(port: Port, kind: 'input' | 'output', graph: Graph): string {
  const { type, name } = port.value;
  const { relative, absolute } =
    kind === 'output' && isInexact(graph, port.value) ? inexactTolerance : { relative: 0, absolute: 0 };
  const fields = [
    cString(name),
    cString(type.dtype),
    elementCount(type.shape),
    byteSize(type),
    arrayName(port, kind),
    decimal(relative),
    decimal(absolute),
  ];
  return `{${fields.join(', ')}},`;
}

function decimal(value: number): string {
  return value === 0 ? '0.0' : value.toExponential();
}

/** A float that functions of the C library have a part in. */
function isInexact(graph: Graph, output: Value): boolean {
  if (!isFloat(output.type.dtype)) return false;
  const seen = new Set<Value>();
  const open = [output];
  for (let value = open.pop(); value; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    const producer = graph.producer(value);
    if (producer?.op.inexact) return true;
    open.push(...(producer?.inputs ?? []));
  }
  return false;
}

function runStatements({ name, inputs, outputs }: Network): string[] {
  const own = (port: Port): boolean => port.owner === 'arena';
  const copyIn = inputs
    .filter(own)
    .map(
      (port) =>
        `memcpy(${name}_input_${port.name}(), ${arrayName(port, 'input')}, ${byteSize(port.value.type)});`,
    );
  const copyOut = outputs
    .filter(own)
    .map(
      (port) =>
        `memcpy(${arrayName(port, 'output')}, ${name}_output_${port.name}(), ${byteSize(port.value.type)});`,
    );
  const passed = [
    ...inputs.filter((port) => !own(port)).map((port) => arrayName(port, 'input')),
    ...outputs.filter((port) => !own(port)).map((port) => arrayName(port, 'output')),
  ];
  return [...copyIn, wrapList(`${name}_run(`, passed, ');', 4), ...copyOut];
}

/** One line per element type that the outputs have; the last resort of the template reads bytes. */
function elementReaders(outputs: readonly Port[]): string[] {
  const types = new Set<DataType>(outputs.map((port) => port.value.type.dtype));
  return [...types].sort().flatMap((dtype) => {
    if (dtype === 'uint8' || dtype === 'bool') return [];
    const type = cType(dtype);
    const cast = dtype === 'float64' ? '' : '(double)';
    return [
      `if (strcmp(tensor->dtype, "${dtype}") == 0) {`,
      `    ${type} value;`,
      '    memcpy(&value, bytes + index * sizeof value, sizeof value);',
      `    return ${cast}value;`,
      '}',
    ];
  });
}
