/* stage-0: the only program of the initramfs. Static, no arguments, no shell, no network.
 *
 * Mounts the kernel's file systems, loads modules, builds the dm-verity root whose hash is in the file /verity of this
 * same initramfs, switches root and executes the Java agent as PID 1. It never looks at the kernel command line, which
 * nobody signs. It ends in execve or in a reboot, and says why on the console, in the kernel log and in pstore:
 *
 *     stage0: REFUSED: <reason>: <what was found>
 *
 * /verity has one key=value a line: root (64 hexadecimal digits), offset (bytes of the file system = start of the verity
 * superblock), fs (erofs or squashfs); optional: device (names under /dev, separated by commas; without it the image is
 * /image in the initramfs), options (further dm-verity arguments), image (its name, for the agent).
 *
 * The boot script loads one more file, /ticket, which proves that this is the boot of its session. It is in no file system that
 * the agent's world has: it is deleted here, and the agent reads it once from a pipe (--ticket-fd).
 *
 * Left for the agent in /run/garboard: the certificates of the initramfs (*.crt) and the file "stage0" with the times of
 * start and end (seconds since the kernel started) followed by the text of /verity. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <linux/dm-ioctl.h>
#include <linux/loop.h>

#define BLOCK 4096
#define DEVICE_WAIT_SECONDS 30
#define VALUE_MAX 512
#define CERTIFICATE_MAX 65536

#define TICKET_MAX 64
#define TICKET_FD 3

static char conf[2048];
static char ticket[TICKET_MAX];
static ssize_t ticket_length;

static double uptime(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(const char *path, const char *text) {
    int d = open(path, O_WRONLY | O_CLOEXEC);
    if (d < 0) return;
    if (write(d, text, strlen(text)) < 0) { /* nowhere left to say so */ }
    close(d);
}

/* The reason is a fixed word that tests and the boot server can look for; the rest is for people. */
__attribute__((noreturn, format(printf, 2, 3))) static void refuse(const char *reason, const char *format, ...) {
    char found[512], line[700];
    va_list args;
    va_start(args, format);
    vsnprintf(found, sizeof found, format, args);
    va_end(args);
    snprintf(line, sizeof line, "stage0: REFUSED: %s: %s\n", reason, found);
    printf("\n%s", line);
    fflush(stdout);
    put("/dev/kmsg", line);
    put("/dev/pmsg0", line);
    sync();
    sleep(3);
    reboot(RB_AUTOBOOT);
    for (;;) pause();
}

static void mount_or_refuse(const char *type, const char *dir, unsigned long flags, const char *data) {
    if (mount(type, dir, type, flags, data)) refuse("mount", "%s on %s: %s", type, dir, strerror(errno));
}

/* the value of KEY=... in /verity; NULL when the key is missing */
static const char *get(const char *key, char *out) {
    size_t len = strlen(key);
    for (const char *p = conf; *p; p += strcspn(p, "\n"), p += *p == '\n')
        if (!strncmp(p, key, len) && p[len] == '=') {
            size_t v = strcspn(p + len + 1, "\n");
            if (v >= VALUE_MAX) refuse("verity-description", "the value of %s has %zu bytes, the limit is %d", key, v, VALUE_MAX - 1);
            memcpy(out, p + len + 1, v);
            out[v] = 0;
            return out;
        }
    return NULL;
}

static void read_description(void) {
    int f = open("/verity", O_RDONLY | O_CLOEXEC);
    if (f < 0) refuse("verity-description", "/verity is not in the initramfs: %s", strerror(errno));
    ssize_t n = read(f, conf, sizeof conf);
    if (n <= 0 || n >= (ssize_t)sizeof conf)
        refuse("verity-description", "/verity has %zd bytes, expected 1 to %zu", n, sizeof conf - 1);
    conf[n] = 0;
    close(f);
}

/* Without a ticket the machine goes on: the server says what it thinks of that. */
static void take_ticket(void) {
    static const char nothing[TICKET_MAX];
    int f = open("/ticket", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (f < 0) return;
    ticket_length = read(f, ticket, sizeof ticket);
    if (ticket_length < 0) ticket_length = 0;
    /* the pages of the initramfs' file system are not cleared when a file goes */
    if (pwrite(f, nothing, (size_t)ticket_length, 0) < 0) { /* it is deleted below */ }
    close(f);
    unlink("/ticket");
}

/* leaves the end of a pipe as TICKET_FD: what is read from it is nowhere else any more */
static int hand_over_ticket(void) {
    int ends[2] = { -1, -1 };
    if (ticket_length <= 0) return 0;
    int failed = pipe2(ends, O_CLOEXEC) || write(ends[1], ticket, (size_t)ticket_length) != ticket_length;
    int why = errno;
    /* also when it went nowhere: this memory is not cleared when the next program takes its place */
    explicit_bzero(ticket, sizeof ticket);
    close(ends[1]);
    if (failed) {
        printf("stage0: the boot ticket cannot be handed over: %s\n", strerror(why));
        close(ends[0]);
        return 0;
    }
    /* whatever else has that number is done with, and would be closed by the next program anyway */
    if (ends[0] == TICKET_FD) return fcntl(TICKET_FD, F_SETFD, 0) == 0;
    return dup2(ends[0], TICKET_FD) == TICKET_FD;
}

static void load_modules(void) { /* /modules/order: one file name a line, in the order of their dependencies */
    FILE *f = fopen("/modules/order", "re");
    char name[128], path[160];
    if (!f) return;
    while (fgets(name, sizeof name, f)) {
        name[strcspn(name, "\n")] = 0;
        if (!*name) continue;
        snprintf(path, sizeof path, "/modules/%s", name);
        int d = open(path, O_RDONLY | O_CLOEXEC);
        /* A module that the machine does not need may fail; what is really missing shows up below by its own name. */
        if ((d < 0 || syscall(SYS_finit_module, d, "", 0)) && errno != EEXIST && errno != ENODEV)
            printf("stage0: module %s: %s\n", name, strerror(errno));
        if (d >= 0) close(d);
    }
    fclose(f);
}

/* the image lies in the initramfs: a read-only loop device over it */
static void attach_loop(char *dev, size_t n) {
    int image = open("/image", O_RDONLY | O_CLOEXEC);
    if (image < 0) refuse("root-image-missing", "no /image in the initramfs and no device= in /verity: %s", strerror(errno));
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) refuse("loop", "no free loop device: %s", strerror(errno));
    snprintf(dev, n, "/dev/loop%d", number);
    int loop = open(dev, O_RDONLY | O_CLOEXEC); /* stays open: AUTOCLEAR until device mapper holds it */
    struct loop_config c = { .fd = (unsigned)image, .block_size = BLOCK };
    c.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR;
    if (loop < 0 || ioctl(loop, LOOP_CONFIGURE, &c)) refuse("loop", "%s: %s", dev, strerror(errno));
    close(image);
    close(control);
}

/* the first device of the list that is there; drivers need time to find it, but not for ever */
static void await_device(const char *list, char *dev, size_t n) {
    for (int i = 0; i < DEVICE_WAIT_SECONDS * 100; i++) {
        for (const char *p = list; *p; p += strcspn(p, ","), p += *p == ',') {
            snprintf(dev, n, "/dev/%.*s", (int)strcspn(p, ","), p);
            if (!access(dev, F_OK)) return;
        }
        usleep(10000);
    }
    refuse("root-device-missing", "none of %s appeared within %d s", list, DEVICE_WAIT_SECONDS);
}

static union { struct dm_ioctl d; char bytes[4096]; } req;

static void dm_call(int control, unsigned long call, unsigned size, unsigned flags, const char *what) {
    req.d.version[0] = 4;
    req.d.data_size = size;
    req.d.data_start = sizeof req.d;
    req.d.flags = flags;
    strcpy(req.d.name, "root");
    if (ioctl(control, call, &req)) refuse("verity-mapping", "%s: %s", what, strerror(errno));
}

/* Checks the verity superblock at OFFSET and creates the mapping. The superblock is not signed: whatever it could weaken
 * (algorithm, block sizes, length) is compared with what we build, and the salt only leads to another root hash. */
static void map_verity(const char *dev, unsigned long long offset, const char *root, const char *options, char *out, size_t n) {
    unsigned char sb[512];
    int f = open(dev, O_RDONLY | O_CLOEXEC);
    if (f < 0 || pread(f, sb, sizeof sb, (off_t)offset) != sizeof sb)
        refuse("root-image-truncated", "%s has no block at offset %llu, the download is incomplete", dev, offset);
    close(f);
    if (memcmp(sb, "verity\0\0", 8)) refuse("verity-superblock", "none at offset %llu of %s", offset, dev);
    unsigned version, type, data_block, hash_block;
    unsigned long long blocks;
    unsigned short salt_length;
    memcpy(&version, sb + 8, 4);
    memcpy(&type, sb + 12, 4);
    memcpy(&data_block, sb + 64, 4);
    memcpy(&hash_block, sb + 68, 4);
    memcpy(&blocks, sb + 72, 8);
    memcpy(&salt_length, sb + 80, 2);
    if (version != 1 || type != 1 || data_block != BLOCK || hash_block != BLOCK || blocks != offset / BLOCK || strncmp((char *)sb + 32, "sha256", 32))
        refuse("verity-superblock", "version %u type %u blocks %u/%u x %llu %.32s, expected 1 1 4096/4096 x %llu sha256",
               version, type, data_block, hash_block, blocks, (char *)sb + 32, offset / BLOCK);
    char salt[513] = "-";
    if (salt_length > 256) refuse("verity-superblock", "salt of %u bytes, the limit is 256", salt_length);
    for (unsigned i = 0; i < salt_length; i++) sprintf(salt + 2 * i, "%02x", sb[88 + i]);

    int control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
    if (control < 0) refuse("verity-mapping", "no device mapper in this kernel or its module is missing: %s", strerror(errno));
    memset(&req, 0, sizeof req);
    dm_call(control, DM_DEV_CREATE, 512, 0, "create");
    unsigned minor_number = minor(req.d.dev);
    memset(&req, 0, sizeof req);
    struct dm_target_spec *t = (void *)(req.bytes + sizeof req.d);
    req.d.target_count = 1;
    t->length = blocks * (BLOCK / 512);
    strcpy(t->target_type, "verity");
    snprintf((char *)(t + 1), 2000, "1 %s %s %d %d %llu %llu sha256 %s %s%s%s", dev, dev, BLOCK, BLOCK, blocks,
             offset / BLOCK + 1, root, salt, options ? " " : "", options ? options : "");
    dm_call(control, DM_TABLE_LOAD, sizeof req, DM_READONLY_FLAG, "load table (is the dm-verity module there?)");
    memset(&req, 0, sizeof req);
    dm_call(control, DM_DEV_SUSPEND, 512, DM_READONLY_FLAG, "resume"); /* without SUSPEND_FLAG it resumes */
    close(control);
    snprintf(out, n, "/dev/dm-%u", minor_number);
}

/* The root image is the same for every site; what belongs to the site is in this initramfs and would go with it. */
static void keep_certificates(void) {
    static char bytes[CERTIFICATE_MAX];
    DIR *dir = opendir("/etc/garboard");
    struct dirent *e;
    if (!dir) return;
    while ((e = readdir(dir))) {
        size_t len = strlen(e->d_name);
        if (len < 5 || strcmp(e->d_name + len - 4, ".crt")) continue;
        char to[300];
        snprintf(to, sizeof to, "/run/garboard/%s", e->d_name);
        int in = openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        ssize_t n = in < 0 ? -1 : read(in, bytes, sizeof bytes);
        int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
        if (n < 0 || n == (ssize_t)sizeof bytes || out < 0 || write(out, bytes, (size_t)n) != n)
            refuse("certificate", "%s could not be copied to /run/garboard (%zd bytes, limit %d): %s", e->d_name, n, CERTIFICATE_MAX - 1, strerror(errno));
        close(in);
        close(out);
    }
    closedir(dir);
}

static void leave_notes(double start) {
    FILE *f = fopen("/run/garboard/stage0", "we");
    if (!f) refuse("mount", "/run/garboard/stage0: %s", strerror(errno));
    fprintf(f, "start=%.3f\nend=%.3f\n%s", start, uptime(), conf);
    fclose(f);
}

/* empties the initramfs and stays on its file system; /image lives on through the loop device */
static void remove_tree(int dir) {
    DIR *d = fdopendir(dir);
    struct dirent *e;
    struct stat top, st;
    if (!d || fstat(dir, &top)) return;
    while ((e = readdir(d))) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
        if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) || st.st_dev != top.st_dev) continue;
        if (S_ISDIR(st.st_mode)) {
            int sub = openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (sub >= 0) remove_tree(sub);
            unlinkat(dir, e->d_name, AT_REMOVEDIR);
        } else
            unlinkat(dir, e->d_name, 0);
    }
    closedir(d);
}

static void mount_kernel_file_systems(void) {
    const unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    const char *dirs[] = { "/proc", "/dev", "/sys", "/run", "/newroot" };
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) mkdir(dirs[i], 0755);
    mount_or_refuse("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
    /* The console that the kernel opened, if any, is a node of the initramfs, which will be deleted. */
    int console = open("/dev/console", O_RDWR);
    if (console >= 0) {
        for (int i = 0; i < 3; i++) dup2(console, i);
        if (console > 2) close(console);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    mount_or_refuse("proc", "/proc", safe, NULL);
    mount_or_refuse("sysfs", "/sys", safe, NULL);
    mount_or_refuse("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755");
    mkdir("/run/garboard", 0755);
    mkdir("/dev/pts", 0755);
    mkdir("/dev/shm", 01777);
    mount_or_refuse("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=0620,ptmxmode=0666");
    mount_or_refuse("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
    mount_or_refuse("cgroup2", "/sys/fs/cgroup", safe, NULL);
}

static void mount_root(const char *dm, const char *fs) {
    if (mount(dm, "/newroot", fs, MS_RDONLY | MS_NODEV | MS_NOSUID, NULL))
        refuse("root-mount", "%s as %s: %s; the image does not match the root hash in /verity, or it is damaged", dm, fs, strerror(errno));
    if (mount("tmpfs", "/newroot/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") && errno != ENOENT)
        refuse("mount", "tmpfs on /tmp: %s", strerror(errno));
    if (mount("tmpfs", "/newroot/var", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") && errno != ENOENT)
        refuse("mount", "tmpfs on /var: %s", strerror(errno));
}

static void switch_root(void) {
    const char *move[] = { "/proc", "/sys", "/dev", "/run" };
    for (size_t i = 0; i < sizeof move / sizeof *move; i++) {
        char to[40];
        snprintf(to, sizeof to, "/newroot%s", move[i]);
        if (mount(move[i], to, NULL, MS_MOVE, NULL)) refuse("switch-root", "%s: %s", move[i], strerror(errno));
    }
    remove_tree(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (chdir("/newroot") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
        refuse("switch-root", "%s", strerror(errno));
}

int main(void) {
    double start = uptime();
    mount_kernel_file_systems();
    take_ticket();
    read_description();

    char roots[VALUE_MAX], offsets[VALUE_MAX], types[VALUE_MAX], devices[VALUE_MAX], more[VALUE_MAX];
    const char *root = get("root", roots), *offset_text = get("offset", offsets), *fs = get("fs", types);
    const char *device = get("device", devices), *options = get("options", more);
    if (!root || strlen(root) != 64 || strspn(root, "0123456789abcdef") != 64)
        refuse("verity-description", "root=%s, expected 64 lower-case hexadecimal digits", root ? root : "(missing)");
    unsigned long long offset = offset_text ? strtoull(offset_text, NULL, 10) : 0;
    if (!offset || offset % BLOCK || strspn(offset_text, "0123456789") != strlen(offset_text))
        refuse("verity-description", "offset=%s, expected a positive multiple of %d", offset_text ? offset_text : "(missing)", BLOCK);
    if (!fs || (strcmp(fs, "erofs") && strcmp(fs, "squashfs")))
        refuse("verity-description", "fs=%s, expected erofs or squashfs", fs ? fs : "(missing)");

    load_modules();
    char dev[VALUE_MAX + 8], dm[32];
    if (device) await_device(device, dev, sizeof dev);
    else attach_loop(dev, sizeof dev);
    map_verity(dev, offset, root, options, dm, sizeof dm);
    mount_root(dm, fs);
    keep_certificates();
    leave_notes(start);
    printf("garboard: stage stage-0 %.3f\n", uptime());
    switch_root();

    /* own argv and own environment: nothing of the kernel command line gets in */
    char *argv[] = { "/jre/bin/java", "@/etc/java.args", hand_over_ticket() ? "--ticket-fd=3" : NULL, NULL };
    char *envp[] = { "PATH=/bin", NULL };
    execve(argv[0], argv, envp);
    refuse("exec", "/jre/bin/java: %s", strerror(errno));
}
