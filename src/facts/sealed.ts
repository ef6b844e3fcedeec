import type { Reader } from "../machine/machine.js";
import type { Blocker } from "../types.js";
import { grubConfigs, namesIn } from "./boot-files.js";
import { crypttab } from "./crypttab.js";

/**
 * What a changed command line would break at the next boot, with nobody there: a disk that unlocks by TPM only when
 * GRUB's measurements are the known ones, and a GRUB that takes only a signed configuration.
 */
export function sealedBlockers(reader: Reader): readonly Blocker[] {
  return [...tpmPolicy(reader), ...signedConfig(reader)];
}

/**
 * GRUB measures its commands, the kernel's command line among them, into register 8, and every file it reads,
 * grub.cfg too, into register 9 (GRUB manual 2.06, "Measured Boot"). Which registers a disk is sealed to stands in
 * its LUKS2 header, a device, which is not read here: what the files say is what counts, and doubt is an objection.
 */
function tpmPolicy(reader: Reader): readonly Blocker[] {
  const locked = "/var/lib/systemd/pcrlock.json";
  if (reader.stat(locked)?.type === "file")
    return [
      tpm("a systemd-pcrlock policy says what may be booted, and may not know the new command line", locked),
    ];
  const lines = crypttab(reader.readText("/etc/crypttab") ?? "");
  for (const { line, name, options } of lines) {
    const device = options.find((one) => one.startsWith("tpm2-device="));
    if (device === undefined || device === "tpm2-device=") continue;
    const pcrs = options.find((one) => one.startsWith("tpm2-pcrs="))?.slice("tpm2-pcrs=".length);
    const evidence = `/etc/crypttab:${line}: ${name} ${device}${pcrs === undefined ? "" : ` tpm2-pcrs=${pcrs}`}`;
    if (pcrs === undefined)
      return [
        tpm(
          `${name} is unlocked by the TPM, and to which registers it is sealed stands in its LUKS header only:` +
            " look with cryptsetup luksDump (tpm2-hash-pcrs); if 8 or 9 is among them",
          evidence,
        ),
      ];
    // 9 has a name in newer releases: systemd-analyze pcrs, systemd 254
    if (pcrs.split("+").some((one) => /^(8|9|kernel-initrd)(:|$)/.test(one)))
      return [
        tpm(
          `${name} is sealed to TPM register 8 or 9, which the kernel's command line goes into: then`,
          evidence,
        ),
      ];
  }
  return clevis(reader, lines.length > 0);
}

function tpm(what: string, evidence: string): Blocker {
  const text = `${what} the disk would not unlock by itself after the reboot; enroll it anew afterwards, with a passphrase at hand`;
  return { id: "tpm-policy", severity: "objection", text, evidence };
}

/** clevis keeps its policy in the LUKS header too; its TPM pin and its boot hook are files. */
function clevis(reader: Reader, encrypted: boolean): readonly Blocker[] {
  const pin = ["/usr/bin/clevis-decrypt-tpm2"].find((path) => reader.stat(path)?.type === "file");
  const hook = [
    ...namesIn(reader, "/usr/lib/dracut/modules.d", /clevis-pin-tpm2/),
    ...namesIn(reader, "/usr/share/initramfs-tools/hooks", /^clevis/),
  ][0];
  if (!encrypted || pin === undefined || hook === undefined) return [];
  return [
    tpm(
      "clevis can unlock disks by the TPM at boot here, and its policy stands in the LUKS header only: look with" +
        " clevis luks list -d DEVICE; if pcr_ids has 8 or 9",
      `${pin}, ${hook}, /etc/crypttab`,
    ),
  ];
}

/** check_signatures=enforce (GRUB manual 2.06, "Using digital signatures"): every file GRUB reads needs its .sig. */
function signedConfig(reader: Reader): readonly Blocker[] {
  const configs = grubConfigs(reader);
  const beside = configs.flatMap((path) => {
    const dir = path.slice(0, path.lastIndexOf("/"));
    return [path, `${dir}/custom.cfg`, `${dir}/user.cfg`, `${dir}/load.cfg`];
  });
  const cores = ["/boot/grub", "/boot/grub2"].flatMap((dir) => namesIn(reader, dir, /-(pc|efi)$/));
  const sources = namesIn(reader, "/etc/grub.d", /^[^.]/);
  const enforced = [...beside, ...cores.map((dir) => `${dir}/load.cfg`), ...sources].find((path) => {
    const state = reader.read(path);
    return state.kind === "file" && /^[ \t]*(?:set[ \t]+)?check_signatures=["']?enforce/m.test(state.text);
  });
  const signature = configs.map((path) => `${path}.sig`).find((path) => reader.stat(path)?.type === "file");
  const evidence = [enforced, signature].filter((one) => one !== undefined).join(", ");
  if (evidence === "") return [];
  const text =
    "GRUB takes only a signed configuration here, and a new one would have no signature: it would not boot by itself;" +
    " sign it anew (gpg --detach-sign) before the reboot";
  return [{ id: "signed-grub-cfg", severity: "objection", text, evidence }];
}
