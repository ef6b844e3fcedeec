import { formatBytes } from "../crashkernel/size.js";
import type { Profile } from "../distro/profile.js";
import type { Facts, MemoryFacts } from "../types.js";
import { type Output, printable } from "./output.js";

/** What an admin has to know of a machine before choosing anything. */
export function showFound(output: Output, facts: Facts, profile: Profile): void {
  const { grub, kdump } = facts;
  const firmware = { bios: ", BIOS", uefi: ", UEFI", unknown: "" }[facts.firmware];
  const kernel = facts.runningKernel === null ? "" : `, kernel ${facts.runningKernel}`;
  const memory =
    facts.memory === null
      ? "not known (give --ram)"
      : `${formatBytes(facts.memory.bytes)} (${memorySource(facts.memory)})`;
  const dropIns = grub.dropIns.length === 0 ? "" : ` and ${grub.dropIns.length} drop-ins`;
  const packages = kdump.packages
    .map(({ name, installed }) => `${name} ${installed === true ? "is" : "not"} installed`)
    .join(", ");
  const rows: readonly (readonly [name: string, value: string])[] = [
    ["System", `${profile.title}, ${facts.arch}${firmware}${kernel}`],
    ["Memory", memory],
    ["Boot menu", `${grub.config?.path ?? "none found"}, made from ${grub.defaults.path}${dropIns}`],
    ["Reserved now", reserved(facts)],
    ["Packages", packages],
    ["Service", `${kdump.unit.name}: ${kdump.unit.state}`],
  ];
  for (const [name, value] of rows) output.talk(`${name.padEnd(13)} ${printable(value)}`);
}

export function memorySource({ source }: MemoryFacts): string {
  return {
    iomem: "System RAM of /proc/iomem",
    "memory-blocks": "/sys/devices/system/memory",
    meminfo: "estimated from /proc/meminfo",
    option: "--ram",
  }[source];
}

function reserved({ image, reservation: { reservedBytes, loaded, fadump } }: Facts): string {
  if (image) return "an image: only a running system tells";
  if (reservedBytes === null) return "not known";
  if (reservedBytes === 0) return "nothing";
  if (fadump)
    return `${formatBytes(reservedBytes)} by the firmware (fadump), ${loaded === true ? "registered" : "not registered"}`;
  const capture = loaded === true ? "a capture kernel is loaded" : "no capture kernel is loaded";
  return `${formatBytes(reservedBytes)}, ${capture}`;
}
