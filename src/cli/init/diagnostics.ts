import { MatchError } from '../../diagnostics/diagnostic.ts';

export const initNameInvalid = (name: string): MatchError =>
  new MatchError({
    code: 'INIT_NAME_INVALID',
    message: `'${name}' is no name for a target`,
    hint: 'lower case letters, digits and dashes, a letter first, as in my-soc',
  });

export const initFolderTaken = (folder: string): MatchError =>
  new MatchError({
    code: 'INIT_FOLDER_TAKEN',
    message: `${folder} is there already, and not empty`,
    hint: 'choose another name, or another folder to stand in',
  });
