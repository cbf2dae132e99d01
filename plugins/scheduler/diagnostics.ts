import { MatchError, type MappedRegion } from 'match-compiler';

const layerOf = ({ region }: MappedRegion): { readonly loc: { readonly node: string } } => ({
  loc: { node: region.root.name },
});

export const operandUnreachable = (
  region: MappedRegion,
  operand: string,
  memory: string,
  near: string,
): MatchError =>
  new MatchError({
    code: 'OPERAND_UNREACHABLE',
    message: `${operand} lies in ${memory}, but ${region.module.name} works on operands in ${near} and its schedule moves nothing`,
    ...layerOf(region),
    hint: 'a schedule must stream what does not lie in the memory of its module',
  });

export const noLink = (region: MappedRegion, from: string, to: string, target: string): MatchError =>
  new MatchError({
    code: 'LINK_MISSING',
    message: `${target} has no link from ${from} to ${to}, which ${region.module.name} needs`,
    ...layerOf(region),
    hint: 'give the memory level a link, or the module operands in another level',
  });

export const operandTooScattered = (region: MappedRegion, operand: string): MatchError =>
  new MatchError({
    code: 'OPERAND_SCATTERED',
    message: `a tile of ${operand} is no box of at most three levels where it lies`,
    ...layerOf(region),
    hint: 'stream the operand, or tile fewer of its axes',
  });
