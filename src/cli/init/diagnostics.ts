import { MatchError } from '../../diagnostics/diagnostic.ts';

/** @param fault what is wrong with the name, as the end of a sentence */
export const initNameInvalid = (name: string, fault: string): MatchError =>
  new MatchError({
    code: 'INIT_NAME_INVALID',
    message: `'${name}' ${fault}`,
    hint: 'lower case letters, digits and dashes, a letter first, as in my-soc',
  });

export const initFolderTaken = (folder: string): MatchError =>
  new MatchError({
    code: 'INIT_FOLDER_TAKEN',
    message: `${folder} is there already, and not empty`,
    hint: 'choose another name, or another folder to stand in',
  });
