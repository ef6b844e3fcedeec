import { dirname } from "node:path";
import templates from "virtual:templates";
import type { Profile } from "../distro/profile.js";
import type { Facts, NonEmpty, Step, WatchFacts, WatchUnit } from "../types.js";
import { NOTHING, objection, type Part, refusal, unreadable } from "./part.js";
import { systemdWord } from "./systemd-word.js";
import { isSysv } from "./sysv.js";

const SECONDS = 60;

/**
 * `--watch`: a service of ours that audits after each boot, and a path unit that starts it again when a kernel, an
 * initramfs, the kdump package or what they are set up by changes. One unit for every family, where kernel hooks would be
 * one script each and would not see an edit by hand.
 */
export function planWatchOn(facts: Facts, profile: Profile, watch: WatchFacts): Part {
  if (isSysv(profile.kdump.unit)) {
    const text = "--watch: only systemd can start what looks after a boot or a change: leave it out";
    return { ...NOTHING, reasons: [refusal("watch", text)] };
  }
  const broken = [watch.service, watch.path].flatMap(({ file }) =>
    file.state.kind === "absent" ? [] : (unreadable(file) ?? []),
  );
  if (broken.length > 0) return { ...NOTHING, reasons: broken.map((why) => refusal("watch", why)) };
  const reasons =
    watch.toolGone === null
      ? []
      : [
          objection(
            "watch-tool",
            `--watch: ${watch.toolGone} is not there after a reboot, and is to look then: install kdump-setup in the system first, for example in /usr/local/sbin`,
          ),
        ];
  const service = (templates["kdump-setup-watch.service"] ?? "")
    .replace("{{unit}}", profile.kdump.unit)
    .replace("{{command}}", () => watch.tool.map(systemdWord).join(" "));
  const paths = watched(profile).map((path) => `PathChanged=${path}`);
  const path = (templates["kdump-setup-watch.path"] ?? "").replace("{{paths}}", () => paths.join("\n"));
  const files = [...writeStep(watch.service, service), ...writeStep(watch.path, path)];
  const units = [...enableStep(facts, watch.service), ...enableStep(facts, watch.path)];
  if (files.length + units.length === 0) return NOTHING;
  return {
    ...NOTHING,
    reasons,
    steps: [...files, ...units, ...run(facts, watch.path, "restart", "stop", "watches from now on")],
  };
}

/** Takes it away; nothing where it never was. */
export function planWatchOff(facts: Facts, watch: WatchFacts): Part {
  const there = [watch.path, watch.service].filter(({ file }) => file.state.kind === "file");
  if (there.length === 0) return NOTHING;
  const steps: Step[] = [...run(facts, watch.path, "stop", "start", "watches no more")];
  for (const { file, unit } of there) {
    if (unit.state === "enabled") steps.push(unitStep(facts, unit, "disable", "nothing is to be looked at"));
    steps.push({ kind: "remove-file", path: file.path, before: file.state, why: "written by --watch" });
  }
  return { ...NOTHING, steps, why: ["the units of --watch are taken away"] };
}

/** Where kernels, initramfs and what decides about them stand. systemd waits for what is not there yet. */
function watched(profile: Profile): readonly string[] {
  const { boot, kdump } = profile;
  const all = [
    "/boot",
    dirname(kdump.captureInitrd),
    boot.defaults,
    ...(boot.dropIns === null ? [] : [boot.dropIns.dir]),
    ...kdump.files,
  ];
  return [...new Set(all)];
}

function writeStep({ file }: WatchUnit, text: string): readonly Step[] {
  if (file.state.kind === "file" && file.state.text === text) return [];
  const why = "looks whether a crash would be saved";
  return [{ kind: "write-file", path: file.path, before: file.state, text, createMode: 0o644, why }];
}

function enableStep(facts: Facts, { unit }: WatchUnit): readonly Step[] {
  return unit.state === "enabled" ? [] : [unitStep(facts, unit, "enable", "at each boot")];
}

function unitStep(facts: Facts, unit: WatchUnit["unit"], action: "enable" | "disable", why: string): Step {
  const offline = facts.image ? ["--root=/"] : [];
  const argv: NonEmpty<string> = ["systemctl", ...offline, action, unit.name];
  return {
    kind: "unit",
    unit: unit.name,
    action,
    command: { argv, timeoutSeconds: SECONDS },
    before: unit,
    why,
  };
}

function run(facts: Facts, { unit }: WatchUnit, action: string, undo: string, why: string): readonly Step[] {
  if (facts.image) return [];
  const command = (verb: string) => ({
    argv: ["systemctl", verb, unit.name] as const,
    timeoutSeconds: SECONDS,
  });
  return [{ kind: "runtime", command: command(action), undo: command(undo), unloadedToo: true, why }];
}
