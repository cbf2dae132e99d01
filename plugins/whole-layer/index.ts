import { definePlugin, residentSchedule, type Offer, type Schedule, type Target } from 'match-compiler';

/** Schedules modules that work where tensors live anyway: each layer is one tile, nothing is transferred. */
export const wholeLayer = definePlugin(() => ({
  name: 'whole-layer',
  schedule: (offer, { target }) => {
    if (!worksAtHome(offer, target)) return null;
    const [first, ...others] = schedulesOf(offer);
    return first ? { schedules: [first, ...others] } : null;
  },
}));

function worksAtHome({ module }: Offer, target: Target): boolean {
  return (
    module.operands.activations === target.homes.activations &&
    module.operands.constants === target.homes.constants
  );
}

/** One schedule per choice of layouts: none replaces another, since neighbours may want either. */
function schedulesOf(offer: Offer): Schedule[] {
  return offer.pattern.layouts(offer.region).map((layouts) => residentSchedule(offer, layouts));
}

export default wholeLayer;
