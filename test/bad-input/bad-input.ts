/** One thing that a user may hand to `match build`, and the error it must end in. */
export interface BadInput {
  readonly title: string;
  /** Files of the project folder. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Named on the command line; absent where a configuration names it. */
  readonly model?: string;
  readonly code: string;
  /** What the location must name. */
  readonly names?: 'node' | 'offset' | 'tensor' | 'file' | 'plugin';
  /** The message, the hint or a note must match. */
  readonly says?: RegExp;
}

/** The case of one model file, `model.<format>`, and nothing else. */
export function badModel(
  format: 'onnx' | 'tflite',
  title: string,
  bytes: Uint8Array,
  code: string,
  names?: BadInput['names'],
  says?: RegExp,
): BadInput {
  const model = `model.${format}`;
  return {
    title: `${format}: ${title}`,
    files: { [model]: bytes },
    model,
    code,
    ...(names && { names }),
    ...(says && { says }),
  };
}
