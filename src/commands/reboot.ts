import type { Machine } from "../machine/machine.js";
import type { Output } from "../ui/output.js";

/** Only ever of the running system: an image has nothing to reboot. False when it could not be asked for. */
export async function reboot(machine: Machine, output: Output): Promise<boolean> {
  if (machine.image) return true;
  output.talk("Rebooting.");
  const ran = await machine.run({ argv: ["systemctl", "reboot"], timeoutSeconds: 60 });
  if (ran.exitCode === 0) return true;
  output.talk(
    `systemctl reboot: ${ran.failure ?? ran.stderr.trim()}. Everything is in place: reboot by hand.`,
  );
  return false;
}
