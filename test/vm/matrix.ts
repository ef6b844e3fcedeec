/** What can be done with a machine, and which machines make up the full matrix. */

import { frontDoors } from "./front-doors.scenario.js";
import type { Bench } from "./images.js";
import { type Layout, layoutOf } from "./layout.js";
import { powerCuts } from "./power-cut.scenario.js";
import type { Shown } from "./report.js";
import { sizes } from "./sizes.scenario.js";
import { oneBoot } from "./try.scenario.js";
import { wholeLife } from "./whole-life.scenario.js";
import { everyWrite } from "./writes.scenario.js";

export interface Options {
  /** power cuts a scenario */
  readonly cuts: number;
  readonly seed: number;
}

interface Kind {
  readonly what: string;
  readonly run: (layout: Layout, bench: Bench, options: Options) => Promise<Shown>;
}

/** By what stands behind the slash; "" is the machine's name alone. */
export const KINDS: Readonly<Record<string, Kind>> = {
  "": {
    what: "(nothing) set up with 256M, rebooted, crashed, dump read, disabled, rolled back twice, a boot after each",
    run: async (layout, bench) => await wholeLife(layout, bench, { expression: "256M" }),
  },
  auto: {
    what: "the same with --crashkernel auto",
    run: async (layout, bench) => await wholeLife(layout, bench, { expression: "auto" }),
  },
  smoke: {
    what: "the first day only: set up, rebooted, reserved and loaded",
    run: async (layout, bench) => await wholeLife(layout, bench, { expression: "256M", firstDayOnly: true }),
  },
  doors: {
    what: "--check, status, --now, crash-test and dumps on a machine that is set up, crashes and comes back",
    run: async (layout, bench) => await frontDoors(layout, bench),
  },
  try: {
    what: "--try: a boot that is kept, one that panics, one with nothing reserved",
    run: async (layout, bench) => await oneBoot(layout, bench),
  },
  cuts: {
    what: "power cuts while the tool is applying",
    run: async (layout, bench, options) => await powerCuts(layout, bench, "tool", options),
  },
  "cuts-generator": {
    what: "power cuts while sed and update-grub make the same change",
    run: async (layout, bench, options) => await powerCuts(layout, bench, "generator", options),
  },
  writes: {
    what: "the disk of one change as it is after each write, read as GRUB reads it: the tool's, then update-grub's",
    run: async (layout, bench, options) => await everyWrite(layout, bench, options),
  },
  sizes: {
    what: "the smallest reservation that saves a dump, at 1, 2, 4 and 8 GiB, and what happens one step below",
    run: async (layout, bench) => await sizes(layout, bench),
  },
};

/** The machine of a scenario's name and what is done with it; null where one of the two is not known. */
export function scenarioOf(name: string): { readonly layout: Layout; readonly kind: Kind } | null {
  const [machine = "", what = ""] = name.split("/");
  const layout = layoutOf(machine);
  const kind = KINDS[what];
  return layout === null || kind === undefined ? null : { layout, kind };
}

/** The longest first, so that two at once end together. */
export const MATRIX: readonly string[] = [
  "debian12-bios-ext4/cuts",
  "debian12-bios-xfs/cuts",
  "debian12-bios-ext4/cuts-generator",
  "debian12-bios-xfs/cuts-generator",
  "debian11-bios-ext4/sizes",
  "debian12-bios-ext4/sizes",
  "debian13-bios-ext4/sizes",
  "debian12-bios-ext4/writes",
  "debian12-bios-xfs/writes",
  "debian12-bios-ext4",
  "debian12-bios-xfs/auto",
  "debian12-uefi-ext4",
  "debian12-uefi-xfs-boot-cloud",
  "debian12-bios-ext4-boot-cloud-kdump",
  "debian12-bios-ext4-kdump/doors",
  "debian11-bios-ext4",
  "debian11-uefi-xfs-kdump",
  "debian13-bios-ext4/auto",
  "debian13-uefi-xfs-boot",
  "debian12-bios-ext4-kdump/doors",
  "debian12-bios-ext4-kdump/try",
  "debian12-uefi-xfs-boot-kdump/try",
  "el7like-bios-xfs",
];
