# Starts one boot of a container node: container.sh [CGROUP...]
# Run twice: first on the host, where it enters the node's cgroups and makes the namespaces, then as process 1 inside them,
# where it lays out what stage-0 leaves on a real machine and becomes the agent.
#
# Standard input is the boot's ticket, for the agent alone: nothing here may read from it.
#
# From the environment: BOOT (directory with root.erofs, cmdline, dmi, garboard/), STATE (directories that are the node's
# disk), FIRMWARE (process whose network namespace has eth0), UPTIME (of the host, in seconds), MARKS (assignments that
# the agent's environment keeps, so that the lab finds it).
set -eu

enter() {
    for group; do
        echo $$ > "$group/cgroup.procs"
    done
    # The machine's uptime begins with its boot, where the kernel can do that.
    time=
    if [ -e /proc/self/ns/time ]; then
        time="--time --boottime -$UPTIME"
    fi
    # Whoever ends the firmware pulls the plug of the machine.
    # shellcheck disable=SC2086
    exec setpriv --pdeathsig KILL -- \
        unshare --mount --propagation slave --net --pid --fork --kill-child --uts --ipc --cgroup $time -- \
        env INSIDE=yes sh "$0"
}

kernel_file_systems() {
    mount -t proc -o nosuid,nodev,noexec proc proc
    mount -t sysfs -o nosuid,nodev,noexec sysfs sys
    mount -t tmpfs -o nosuid,mode=0755 devices dev
    mknod -m 666 dev/null c 1 3
    mknod -m 666 dev/zero c 1 5
    mknod -m 666 dev/full c 1 7
    mknod -m 666 dev/random c 1 8
    mknod -m 666 dev/urandom c 1 9
    mknod -m 666 dev/tty c 5 0
    mknod -m 644 dev/kmsg c 1 11
    mkdir dev/pts dev/shm
    mount -t devpts -o nosuid,noexec,newinstance,mode=0620,ptmxmode=0666 devpts dev/pts
    mount -t tmpfs -o nosuid,nodev,mode=1777 shm dev/shm
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    # Standard output is the machine's console.
    ln -s /proc/1/fd/1 dev/console
}

# The kernel is shared: what a node sets for all of it stays the node's own, and nothing here may ask it to crash.
own_settings() {
    mkdir -p "$BOOT/settings"
    mount -t tmpfs -o mode=0755 settings "$BOOT/settings"
    for setting in kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes \
        vm/overcommit_memory vm/panic_on_oom; do
        [ -e "proc/sys/$setting" ] || continue
        own=$BOOT/settings/$(echo "$setting" | tr / .)
        cat "proc/sys/$setting" > "$own"
        mount --bind "$own" "proc/sys/$setting"
    done
    cat proc/sys/kernel/random/uuid > "$BOOT/settings/boot_id"
    mount --bind "$BOOT/settings/boot_id" proc/sys/kernel/random/boot_id
    mount --bind "$BOOT/cmdline" proc/cmdline
    [ ! -e proc/sysrq-trigger ] || mount --bind /dev/null proc/sysrq-trigger
    mount -t tmpfs -o nosuid,nodev,noexec,mode=0755 firmware sys/firmware
    mkdir -p sys/firmware/dmi/tables
    cp "$BOOT/dmi" sys/firmware/dmi/tables/DMI
    mount -o remount,ro sys/firmware
}

# As the host has them: every controller in a hierarchy of its own, or all in one.
cgroups() {
    if ! grep -qv '^0:' proc/self/cgroup; then
        mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup
        # Only the real root may have both processes and children with controllers.
        mkdir sys/fs/cgroup/init
        echo 1 > sys/fs/cgroup/init/cgroup.procs
        for controller in $(cat sys/fs/cgroup/cgroup.controllers); do
            echo "+$controller" > sys/fs/cgroup/cgroup.subtree_control
        done
        return
    fi
    mount -t tmpfs -o nosuid,nodev,noexec,mode=0755 cgroup sys/fs/cgroup
    while IFS=: read -r _ controllers _; do
        case $controllers in
        '') continue ;;
        name=*) options=none,$controllers ;;
        *) options=$controllers ;;
        esac
        directory=sys/fs/cgroup/${controllers#name=}
        mkdir "$directory"
        mount -t cgroup -o "nosuid,nodev,noexec,$options" cgroup "$directory"
        case $controllers in
        *,*)
            for controller in $(echo "$controllers" | tr , ' '); do
                ln -s "$controllers" "sys/fs/cgroup/$controller"
            done
            ;;
        esac
    done < proc/self/cgroup
}

memory_and_disk() {
    mount -t tmpfs -o nosuid,nodev,mode=0755 run run
    mkdir run/garboard
    cp "$BOOT"/garboard/* run/garboard/
    mount -t tmpfs -o nosuid,nodev,mode=1777 tmp tmp
    mount -t tmpfs -o nosuid,nodev,mode=0755 var var
    for directory in "$STATE"/*/; do
        own=var/lib/$(basename "$directory")
        mkdir -p "$own"
        mount --bind "$directory" "$own"
    done
}

[ -n "${INSIDE:-}" ] || enter "$@"

# Process 1 of the new namespaces, still with the host's files. /proc is the host's too, so FIRMWARE means what it did.
nsenter --net="/proc/$FIRMWARE/ns/net" ip link set eth0 netns 1
echo localhost > /proc/sys/kernel/hostname
mkdir -p "$BOOT/root"
mount -t erofs -o ro,nosuid,nodev "$BOOT/root.erofs" "$BOOT/root"
cd "$BOOT/root"
kernel_file_systems
own_settings
cgroups
memory_and_disk
setpriv=$(command -v setpriv)
chroot=$(command -v chroot)
mount --move . /
# The clock and the modules are the host's.
# shellcheck disable=SC2086
exec env -i PATH=/bin $MARKS "$setpriv" --bounding-set -sys_time,-sys_module -- \
    "$chroot" . /jre/bin/java @/etc/java.args --ticket-fd=0
