import { type Buffer, type KernelInstruction, type PlacedProgram, type Program } from 'match-compiler';

/**
 * Places every activation in a room of its own, except that a kernel's output lies over the input exactly as far
 * as the kernel allows. What a kernel would overwrite too early, it overwrites here.
 */
export function tightestOverlaps(
  program: Program,
  io: PlacedProgram['io'],
): { readonly placed: PlacedProgram; readonly overlapped: number } {
  const offsets = new Map<Buffer, number>();
  let end = 0;
  let overlapped = 0;
  const calls = program.body.filter((item): item is KernelInstruction => item.kind === 'call');
  const lastUse = new Map<Buffer, KernelInstruction>();
  for (const call of calls) for (const { buffer } of call.inputs) lastUse.set(buffer, call);
  // Chains of overlaps reach further and further back: room for the longest before every buffer.
  const reach = calls.map(({ overlaps }) => Math.max(0, ...overlaps.map(({ lead }) => lead + 8)));
  const before = 4 * Math.max(0, ...reach);
  const owned = (buffer: Buffer): boolean => buffer.role === 'activation' || buffer.role === 'scratch';
  for (const call of calls) {
    for (const { buffer } of call.outputs) {
      if (!owned(buffer) || offsets.has(buffer)) continue;
      const overlap = call.overlaps.find(
        ({ input, output }) => output === buffer && offsets.has(input) && lastUse.get(input) === call,
      );
      if (overlap) {
        // Elements of up to 8 bytes stay aligned; more distance than the least is allowed.
        const lead = Math.ceil(overlap.lead / 8) * 8;
        offsets.set(buffer, (offsets.get(overlap.input) ?? 0) - lead);
        end = Math.max(end, (offsets.get(buffer) ?? 0) + buffer.bytes);
        overlapped++;
        continue;
      }
      const offset = Math.ceil((end + before) / 16) * 16;
      offsets.set(buffer, offset);
      end = offset + buffer.bytes;
    }
  }
  const plan = {
    memory: 'ram',
    arenaBytes: end,
    constantBytes: 0,
    peakLiveBytes: end,
    bound: { lowerBound: end, proof: 'none', optimal: false },
  };
  return { placed: { program, offsets, plans: end > 0 ? [plan] : [], io }, overlapped };
}
