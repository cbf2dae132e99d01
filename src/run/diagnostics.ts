import { MatchError, type Diagnostic } from '../diagnostics/diagnostic.ts';

export const tensorFileMissing = (file: string): MatchError =>
  new MatchError({
    code: 'TENSOR_FILE_MISSING',
    message: 'there is no such tensor file',
    loc: { file },
    hint: 'paths are relative to the working folder',
  });

export const tensorFileUnreadable = (file: string, cause: string): MatchError =>
  new MatchError({
    code: 'TENSOR_FILE_UNREADABLE',
    message: `the tensor file cannot be read (${cause})`,
    loc: { file },
  });

export const tensorFormatUnknown = (file: string): MatchError =>
  new MatchError({
    code: 'TENSOR_FORMAT_UNKNOWN',
    message: 'the name of the tensor file does not say what is in it',
    loc: { file },
    hint: '.bin (raw little-endian elements), .npy, .npz and .pb (an ONNX TensorProto) are read',
  });

export const tensorFileBroken = (file: string, problem: string, offset?: number): MatchError =>
  new MatchError({
    code: 'TENSOR_FILE_BROKEN',
    message: `the tensor file is broken: ${problem}`,
    loc: { file, ...(offset !== undefined && { offset }) },
  });

export const tensorTypeUnsupported = (file: string, type: string): MatchError =>
  new MatchError({
    code: 'TENSOR_TYPE_UNSUPPORTED',
    message: `the tensor file holds elements of type ${type}`,
    loc: { file },
    hint: 'bool, integers of 8 to 64 bits, float32 and float64 are read',
  });

export const tensorMismatch = (
  file: string,
  tensor: string,
  wanted: string,
  found: string,
  hint?: string,
): MatchError =>
  new MatchError({
    code: 'TENSOR_MISMATCH',
    message: `${tensor} is ${wanted}, but the file has ${found}`,
    loc: { file, tensor },
    ...(hint !== undefined && { hint }),
  });

export const tensorNameUnknown = (
  name: string,
  role: 'input' | 'output',
  suggestion: string | undefined,
  known: readonly string[],
): MatchError =>
  new MatchError({
    code: 'TENSOR_NAME_UNKNOWN',
    message: `the model has no ${role} '${name}'`,
    hint: suggestion ? `did you mean '${suggestion}'?` : `its ${role}s: ${known.join(', ')}`,
  });

export const tensorsMissing = (role: 'input' | 'output', missing: readonly string[]): MatchError =>
  new MatchError({
    code: 'TENSORS_MISSING',
    message: `no file was given for the ${role}${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`,
    hint:
      role === 'input'
        ? 'give one --input per input, in the order of the graph or as NAME=FILE, or none for random inputs'
        : 'give one --expect per output, in the order of the graph or as NAME=FILE',
  });

export const tensorsTooMany = (role: 'input' | 'output', file: string, count: number): MatchError =>
  new MatchError({
    code: 'TENSORS_TOO_MANY',
    message: `the model has ${count} ${role}${count === 1 ? '' : 's'}: there is none left for this file`,
    loc: { file },
  });

export const archiveEntryMissing = (
  file: string,
  wanted: readonly string[],
  entries: readonly string[],
): MatchError =>
  new MatchError({
    code: 'TENSORS_MISSING',
    message: `the archive has no entry for ${wanted.join(', ')}`,
    loc: { file },
    hint: `its entries: ${entries.join(', ') || 'none'}; they are matched by the names of the tensors`,
  });

export const compilerMissing = (tried: readonly string[], asked: string | undefined): MatchError =>
  new MatchError({
    code: 'COMPILER_MISSING',
    message:
      asked === undefined
        ? `no C compiler was found (tried ${tried.join(', ')})`
        : `MATCH_CC names '${asked}', which is not a program on this machine`,
    hint:
      asked === undefined
        ? 'install one (Debian, Ubuntu: `apt install gcc`; macOS: `xcode-select --install`) or set MATCH_CC; `match build` needs none'
        : 'correct or unset it',
  });

export const platformMissing = (target: string): MatchError =>
  new MatchError({
    code: 'PLATFORM_MISSING',
    message: `target ${target} has no platform that runs on this machine`,
    hint: '`match build` writes the C; build it with the tools of the target',
  });

export const compileFailed = (command: string, messages: readonly Diagnostic[], output: string): MatchError =>
  new MatchError({
    code: 'C_COMPILE_FAILED',
    message: 'the C compiler refused the emitted C',
    notes: [
      ...messages.map(({ message, loc }) => {
        const place = [loc?.node && `node ${loc.node}`, loc?.file && `${loc.file}:${loc.line ?? 0}`].filter(
          Boolean,
        );
        return place.length > 0 ? `${message} (${place.join(', ')})` : message;
      }),
      `command: ${command}`,
    ],
    ...(messages.length === 0 &&
      output.trim() !== '' && { frame: output.trim().split('\n').slice(0, 20).join('\n') }),
    hint: 'please report this: the emitted C must compile without warnings',
  });

export const programFailed = (status: string, output: string): MatchError =>
  new MatchError({
    code: 'PROGRAM_FAILED',
    message: `the compiled network ended with ${status}`,
    ...(output.trim() !== '' && { frame: output.trim().split('\n').slice(0, 30).join('\n') }),
    hint: 'please report this with the model, if you can share it',
  });

export const simulatorTrapped = (message: string): MatchError =>
  new MatchError({
    code: 'SIMULATOR_TRAPPED',
    message: `the simulated hardware stopped: ${message}`,
    hint: 'the emitted program relies on what the target does not promise: a fault of its kernels or of the scheduler',
  });

export const simulatorReportBroken = (cause: unknown): MatchError =>
  new MatchError(
    {
      code: 'SIMULATOR_REPORT_BROKEN',
      message: 'the report of the simulator cannot be read',
      hint: 'please report this with the model, if you can share it',
    },
    { cause },
  );

export const temporaryNotWritable = (folder: string, cause: string): MatchError =>
  new MatchError({
    code: 'TEMPORARY_NOT_WRITABLE',
    message: `no folder can be made in ${folder}, the folder for temporary files (${cause})`,
    loc: { file: folder },
    hint: 'check its permissions and the free space, or name another folder with TMPDIR (on Windows TEMP)',
  });
