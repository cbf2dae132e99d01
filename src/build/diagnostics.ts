import { MatchError } from '../diagnostics/diagnostic.ts';
import { shortName } from './short-name.ts';

export const modelMissing = (file: string): MatchError =>
  new MatchError({
    code: 'MODEL_MISSING',
    message: 'there is no such model file',
    loc: { file },
    hint: 'paths on the command line are relative to the working folder, those in match.config.ts to that file',
  });

export const modelNotAFile = (file: string, folder: boolean): MatchError =>
  new MatchError({
    code: 'MODEL_NOT_A_FILE',
    message: folder ? 'the model is a folder' : 'the model is not a regular file',
    loc: { file },
    hint: 'name the .onnx or .tflite file itself',
  });

export const modelUnreadable = (file: string, cause: string): MatchError =>
  new MatchError({
    code: 'MODEL_UNREADABLE',
    message: `the model file cannot be read (${cause})`,
    loc: { file },
    hint: 'check its permissions',
  });

export const modelEmpty = (file: string): MatchError =>
  new MatchError({
    code: 'MODEL_EMPTY',
    message: 'the model file has no bytes',
    loc: { file, offset: 0 },
    hint: 'a download or an export may have been cut off',
  });

export const modelTooLarge = (file: string, bytes: number, limit: number): MatchError =>
  new MatchError({
    code: 'MODEL_TOO_LARGE',
    message: `${bytes} bytes are more than the ${limit} that can be read at once`,
    loc: { file },
    hint: 'keep large weights as external data beside the model',
  });

export const externalDataOutside = (model: string, location: string): MatchError =>
  new MatchError({
    code: 'EXTERNAL_DATA_OUTSIDE',
    message: `the model asks for the file ${JSON.stringify(location)}, which is not inside the model's own folder`,
    loc: { file: model },
    hint: 'external data must lie beside the model: relative paths without `..`, and no links that lead away',
  });

export const externalDataMissing = (model: string, location: string): MatchError =>
  new MatchError({
    code: 'EXTERNAL_DATA_MISSING',
    message: `the model keeps data in ${JSON.stringify(location)}, which is not there`,
    loc: { file: model },
    hint: "copy that file into the model's folder",
  });

export const externalDataUnreadable = (model: string, location: string, cause: string): MatchError =>
  new MatchError({
    code: 'EXTERNAL_DATA_UNREADABLE',
    message: `the model keeps data in ${JSON.stringify(location)}, which cannot be read (${cause})`,
    loc: { file: model },
  });

export const externalDataLength = (
  model: string,
  location: string,
  offset: number,
  length: number | undefined,
  size: number,
): MatchError =>
  new MatchError({
    code: 'EXTERNAL_DATA_LENGTH',
    message: `the model asks for ${length ?? 'the bytes'} ${length === undefined ? '' : 'bytes '}at offset ${offset} of ${JSON.stringify(location)}, which has ${size}`,
    loc: { file: location, ...(offset >= 0 && { offset }) },
    hint: `${model} and its data file do not belong together, or the data file was cut off`,
  });

export const platformCannotSimulate = (target: string): MatchError =>
  new MatchError({
    code: 'PLATFORM_NOT_SIMULATED',
    message: `target ${target} has no platform that simulates its engines on this machine`,
    hint: '`match run` without --trace compares outputs on targets without a simulator',
  });

export const traceAmbiguous = (file: string, runs: number): MatchError =>
  new MatchError({
    code: 'TRACE_AMBIGUOUS',
    message: `one trace cannot hold ${runs} runs`,
    loc: { file },
    hint: 'name one model and one target',
  });

export const traceNotWritable = (file: string, cause: string): MatchError =>
  new MatchError({
    code: 'TRACE_NOT_WRITABLE',
    message: `the trace cannot be written (${cause})`,
    loc: { file },
    hint: 'name a file in a folder that is there and that you may write to',
  });

export const outputNotAFolder = (folder: string): MatchError =>
  new MatchError({
    code: 'OUTPUT_NOT_A_FOLDER',
    message: 'the output folder is a file, or lies below one',
    loc: { file: folder },
    hint: 'choose another folder with --out',
  });

export const outputNotWritable = (
  folder: string,
  cause: string,
  elsewhere = 'choose another folder with --out',
): MatchError =>
  new MatchError({
    code: 'OUTPUT_NOT_WRITABLE',
    message: `the output folder cannot be written (${cause})`,
    loc: { file: folder },
    hint: `check its permissions and the free space, or ${elsewhere}`,
  });

export const outputNotOurs = (folder: string, entries: readonly string[]): MatchError =>
  new MatchError({
    code: 'OUTPUT_NOT_OURS',
    message: 'the output folder has files that no build of match made',
    loc: { file: folder },
    notes: listed(entries),
    hint: 'choose an empty folder with --out, or --force to write among them (they are kept)',
  });

export const outputEdited = (folder: string, files: readonly string[]): MatchError =>
  new MatchError({
    code: 'OUTPUT_EDITED',
    message: 'files in the output folder have changed since match wrote them',
    loc: { file: folder },
    notes: listed(files),
    hint: 'move your changes elsewhere, or --force to overwrite them',
  });

function listed(names: readonly string[]): string[] {
  const most = 5;
  const rest = names.length - most;
  return [...names.slice(0, most), ...(rest > 0 ? [`and ${rest} more`] : [])];
}

export const nodeUnknown = (
  text: string,
  gone: boolean,
  suggestion: string | undefined,
  names: readonly string[],
  file: string,
): MatchError =>
  new MatchError({
    code: 'NODE_UNKNOWN',
    message: gone
      ? `nothing of the node '${text}' is left: other nodes have taken its work over, or it had none`
      : `the model has no node '${text}'`,
    loc: { file },
    notes: suggestion ? [] : listed(names.map(shortName)),
    hint: suggestion
      ? `did you mean '${suggestion}'?`
      : 'a part of a name will do, where only one node has it',
  });

export const nodeAmbiguous = (text: string, names: readonly string[], file: string): MatchError =>
  new MatchError({
    code: 'NODE_AMBIGUOUS',
    message: `'${text}' may be any of ${names.length} nodes`,
    loc: { file },
    notes: listed(names.map(shortName)),
    hint: 'give more of the name',
  });
