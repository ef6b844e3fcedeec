#!/bin/sh
# Saves the memory of the kernel that crashed into the root file system and reboots, as /etc/kdump.conf says.

# kdump_setting NAME OTHERWISE: the last one counts
kdump_setting() {
    value=$2
    while read -r name rest; do
        if [ "$name" = "$1" ]; then value=$rest; fi
    done </etc/kdump.conf
    echo "$value"
}

kdump_save() {
    # with rootflags=nofail nobody waits for it before
    waited=0
    until ismounted "$NEWROOT" || [ "$waited" -ge 60 ]; do
        sleep 1
        waited=$((waited + 1))
    done
    mount -o remount,rw "$NEWROOT" || return 1
    # the machine's own address is what the name begins with when the dump stays on it
    dir=$NEWROOT$(kdump_setting path /var/crash)/127.0.0.1-$(date +%Y-%m-%d-%H:%M:%S)
    mkdir -p "$dir" || return 1
    echo "kdump: saving to ${dir#"$NEWROOT"}" >/dev/kmsg
    vmcore-dmesg /proc/vmcore >"$dir/vmcore-dmesg.txt" || echo "kdump: the log could not be saved" >/dev/kmsg
    $(kdump_setting core_collector "makedumpfile -l --message-level 1 -d 31") /proc/vmcore "$dir/vmcore-incomplete" || return 1
    mv "$dir/vmcore-incomplete" "$dir/vmcore" && sync && echo "kdump: saved" >/dev/kmsg
}

kdump_end() {
    sync
    mount -o remount,ro "$NEWROOT"
    systemctl "$1" --force --force
}

if [ -e /proc/vmcore ]; then
    if kdump_save; then
        kdump_end reboot
    else
        echo "kdump: nothing was saved" >/dev/kmsg
        case $(kdump_setting default reboot) in
            halt) kdump_end halt ;;
            poweroff) kdump_end poweroff ;;
            shell) emergency_shell kdump ;;
            *) kdump_end reboot ;;
        esac
    fi
fi
