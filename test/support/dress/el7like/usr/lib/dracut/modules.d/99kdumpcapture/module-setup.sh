#!/bin/bash
# What the capture kernel needs to save a dump; part of an image only when kdumpctl asks for it.

check() { return 255; }

depends() { echo rootfs-block; }

install() {
    inst_multiple date mkdir mount mv sleep sync systemctl vmcore-dmesg
    # the collector is whatever the configuration names
    inst_multiple "$(sed -nE 's/^core_collector[[:space:]]+([^[:space:]]+).*/\1/p' /etc/kdump.conf | tail -n 1)"
    inst_simple /etc/kdump.conf
    inst_hook pre-pivot 90 "$moddir/capture.sh"
}
