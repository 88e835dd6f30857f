# Runs a program in a root tree: in-tree.sh TREE OUT PROGRAM ARGUMENT...
# Started in namespaces of its own (user, mount, process, network), so nothing here reaches the build host.
# The program is process 1 there, as on a node, and finds OUT in /mnt.
set -e
tree=$1 out=$2
shift 2
mount --make-rprivate /
mount -t proc proc "$tree/proc"
for directory in dev run tmp; do
    mount -t tmpfs tmpfs "$tree/$directory"
done
for device in null zero random urandom; do
    : > "$tree/dev/$device"
    mount --bind "/dev/$device" "$tree/dev/$device"
done
mount --bind "$out" "$tree/mnt"
ip link set lo up
# The runtime is given no environment but a preloaded library, if there is one; chroot itself cannot find that, and says so.
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin ${PRELOAD:+LD_PRELOAD="$PRELOAD"} chroot "$tree" "$@"
