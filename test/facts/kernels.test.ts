import assert from "node:assert/strict";
import { test } from "node:test";
import { collectKernels } from "../../src/facts/kernels.js";
import { imageOf } from "./tree.js";

test("kernels of both families with their initrds, the rescue kernel among them", (t) => {
  const reader = imageOf(t, {
    "/boot/vmlinuz-6.1.0-56-amd64": "k",
    "/boot/initrd.img-6.1.0-56-amd64": "i",
    "/boot/vmlinuz-3.10.0-1160.el7.x86_64": "k",
    "/boot/initramfs-3.10.0-1160.el7.x86_64.img": "i",
    "/boot/initramfs-3.10.0-1160.el7.x86_64kdump.img": "i",
    "/boot/vmlinuz-0-rescue-4f1c": "k",
    "/boot/initramfs-0-rescue-4f1c.img": "i",
    "/boot/vmlinuz-4.12.14-default": "k",
    "/boot/initrd-4.12.14-default": "i",
    "/boot/vmlinuz-5.0.old": "k",
    "/boot/initrd.img-5.0": "i",
    "/boot/vmlinuz-7.0": "k",
  });
  assert.deepEqual(
    collectKernels(reader, "x86_64").map((k) => [k.release, k.initrd]),
    [
      ["0-rescue-4f1c", "/boot/initramfs-0-rescue-4f1c.img"],
      ["3.10.0-1160.el7.x86_64", "/boot/initramfs-3.10.0-1160.el7.x86_64.img"],
      ["4.12.14-default", "/boot/initrd-4.12.14-default"],
      ["5.0.old", "/boot/initrd.img-5.0"],
      ["6.1.0-56-amd64", "/boot/initrd.img-6.1.0-56-amd64"],
      ["7.0", null],
    ],
  );
});

test("only what the generator takes for a kernel is one", (t) => {
  const tree = {
    "/boot/vmlinuz": { link: "vmlinuz-1" },
    "/boot/vmlinuz-1": "k",
    "/boot/vmlinuz-2.dpkg-new": "k",
    "/boot/vmlinuz-3.rpmsave": "k",
    "/boot/vmlinuz-4.sig": "k",
    "/boot/vmlinuz-5.efi.signed": "k",
    "/boot/vmlinuz-6": { dir: true },
    "/boot/vmlinuz-7": { link: "nowhere" },
    "/boot/.vmlinuz-1.hmac": "h",
    "/boot/vmlinux-8": "k",
    "/vmlinuz-9": "k",
  } as const;
  const images = (arch: string) => collectKernels(imageOf(t, tree), arch).map((kernel) => kernel.image);
  assert.deepEqual(images("x86_64"), ["/boot/vmlinuz-1", "/vmlinuz-9"]);
  assert.deepEqual(images("ppc64le"), ["/boot/vmlinux-8", "/boot/vmlinuz-1", "/vmlinuz-9"]);
});

test("a kernel that stands beside its modules only is found, once", (t) => {
  const reader = imageOf(t, {
    "/boot/vmlinuz-1": "k",
    "/usr/lib/modules/1/vmlinuz": "k",
    "/usr/lib/modules/2/vmlinuz": "k",
    "/usr/lib/modules/2/initramfs.img": "i",
    "/usr/lib/modules/3/modules.dep": "",
    "/lib": { link: "usr/lib" },
  });
  assert.deepEqual(
    collectKernels(reader, "x86_64").map((k) => [k.image, k.initrd]),
    [
      ["/boot/vmlinuz-1", null],
      ["/usr/lib/modules/2/vmlinuz", "/usr/lib/modules/2/initramfs.img"],
    ],
  );
});
