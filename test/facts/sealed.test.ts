import assert from "node:assert/strict";
import { test } from "node:test";
import { sealedBlockers } from "../../src/facts/sealed.js";
import { imageOf, type Tree } from "./tree.js";

const crypttab = (options: string): Tree => ({
  "/etc/crypttab": `# name device key\n\nroot UUID=1 none ${options}\n`,
});
const clevis: Tree = {
  "/usr/bin/clevis-decrypt-tpm2": "",
  "/usr/share/initramfs-tools/hooks/clevis": "",
};

const systems: readonly [string, Tree, string, RegExp][] = [
  ["no encrypted disk", {}, "", /^$/],
  ["a disk with a passphrase", crypttab("luks,discard"), "", /^$/],
  ["a disk sealed to register 7", crypttab("luks,tpm2-device=auto,tpm2-pcrs=7"), "", /^$/],
  [
    "a disk sealed to registers 7 and 8",
    crypttab("tpm2-device=auto,tpm2-pcrs=7+8"),
    "tpm-policy",
    /crypttab:3: root/,
  ],
  [
    "a disk sealed to register 9 by a hash",
    crypttab("tpm2-device=auto,tpm2-pcrs=9:sha256"),
    "tpm-policy",
    /9:sha256/,
  ],
  [
    "a disk sealed to a register by its name",
    crypttab("tpm2-device=auto,tpm2-pcrs=kernel-initrd"),
    "tpm-policy",
    /kernel-initrd/,
  ],
  ["a disk sealed to registers 18 and 19", crypttab("tpm2-device=auto,tpm2-pcrs=18+19"), "", /^$/],
  [
    "a disk sealed to nobody knows what",
    crypttab("luks,tpm2-device=auto"),
    "tpm-policy",
    /tpm2-device=auto$/,
  ],
  [
    "a disk whose TPM is commented out",
    { "/etc/crypttab": "#root UUID=1 none tpm2-device=auto\n" },
    "",
    /^$/,
  ],
  [
    "clevis with its TPM pin and an encrypted disk",
    { ...clevis, ...crypttab("luks") },
    "tpm-policy",
    /clevis-decrypt-tpm2/,
  ],
  ["clevis with no encrypted disk", clevis, "", /^$/],
  ["clevis without its boot hook", { "/usr/bin/clevis-decrypt-tpm2": "", ...crypttab("luks") }, "", /^$/],
  ["a systemd-pcrlock policy", { "/var/lib/systemd/pcrlock.json": "{}" }, "tpm-policy", /pcrlock/],
  [
    "an enforced signature",
    { "/boot/grub2/grub.cfg": "set x=1\n  set check_signatures=enforce\n" },
    "signed-grub-cfg",
    /grub\.cfg$/,
  ],
  [
    "an enforced signature in quotes",
    { "/boot/grub/grub.cfg": 'check_signatures="enforce"\n' },
    "signed-grub-cfg",
    /./,
  ],
  [
    "signatures that are not enforced",
    { "/boot/grub/grub.cfg": "#set check_signatures=enforce\nset check_signatures=no\n" },
    "",
    /^$/,
  ],
  [
    "a signature beside the configuration",
    { "/boot/grub/grub.cfg": "", "/boot/grub/grub.cfg.sig": "s" },
    "signed-grub-cfg",
    /grub\.cfg\.sig/,
  ],
  [
    "a core image that enforces it",
    { "/boot/grub/grub.cfg": "", "/boot/grub/x86_64-efi/load.cfg": "set check_signatures=enforce\n" },
    "signed-grub-cfg",
    /load\.cfg/,
  ],
  [
    "a script of the generator's that enforces it",
    { "/boot/grub/grub.cfg": "", "/etc/grub.d/01_sign": "cat << EOF\nset check_signatures=enforce\nEOF\n" },
    "signed-grub-cfg",
    /01_sign/,
  ],
];
for (const [name, tree, id, evidence] of systems)
  test(`${name}: ${id || "nothing against it"}`, (t) => {
    const found = sealedBlockers(imageOf(t, tree));
    assert.equal(found.map((one) => one.id).join(), id);
    for (const one of found) assert.equal(one.severity, "objection");
    assert.match(found[0]?.evidence ?? "", evidence);
  });
