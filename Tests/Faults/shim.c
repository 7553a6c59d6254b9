// Stands between a program and libc, and lets the Nth call that changes a file fail, or kills the processes there.
//
// Loaded by LD_PRELOAD. FAULTS_PLAN names a file that all processes of a command share: what to do, at which call, and
// how many there were. Counted are calls that change something below the plan's folder, of every process together: a
// kill between two of them leaves the disk as a kill at the later one does. What libc calls within itself (the write of
// a stdio buffer) is not seen; the open before it and the rename after it are.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

// What shim.py writes; both sides know this layout.
struct plan {
    _Atomic uint32_t count;   // calls until now
    uint32_t target;          // the call that is meant, from 1
    uint32_t action;          // 0: none, 1: kill this process, 2: kill all, 3: fail once, 4: fail from there on
    uint32_t error;           // errno of a failing call
    _Atomic uint32_t fired;   // how often it was done
    uint32_t is_logged;       // whether each call is written down
    char folder[PATH_MAX];    // only what lies below it counts
    char log[PATH_MAX];
};

enum { KILL_ONE = 1, KILL_ALL = 2, FAIL_ONCE = 3, FAIL_ON = 4 };

static struct plan *plan;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("FAULTS_PLAN");
    int file = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *bytes = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (bytes != MAP_FAILED) plan = bytes;
}

// The whole path of a name; whether it lies below the plan's folder.
static int whole(int folder, const char *name, char *into) {
    if (!name) name = "";
    if (name[0] == '/') {
        snprintf(into, PATH_MAX, "%s", name);
    } else {
        char link[64];
        if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, into, PATH_MAX - 1);
        if (length < 0) return 0;
        into[length] = 0;
        if (name[0]) snprintf(into + length, PATH_MAX - length, "/%s", name);
    }
    return strncmp(into, plan->folder, strlen(plan->folder)) == 0;
}

static void note(const char *name, const char *path, const char *other) {
    char line[3 * PATH_MAX];
    int length = snprintf(line, sizeof line, "%d %s\t%s\t%s\n", (int)getpid(), name, path, other);
    int file = (int)syscall(SYS_openat, AT_FDCWD, plan->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return;
    syscall(SYS_write, file, line, length);
    close(file);
}

// Counts a call, and kills where that is planned. Whether the call must fail, with errno set.
static int meet(const char *name, int folder, const char *path, int other_folder, const char *other) {
    if (!plan) return 0;
    int before = errno;
    char here[PATH_MAX], there[PATH_MAX] = "";
    int is_meant = whole(folder, path, here);
    if (other) is_meant |= whole(other_folder, other, there);
    if (!is_meant) {
        errno = before;
        return 0;
    }
    uint32_t number = atomic_fetch_add(&plan->count, 1) + 1;
    if (plan->is_logged) note(name, here, there);
    int is_at = number == plan->target, is_past = plan->target && number > plan->target;
    if (plan->action == KILL_ALL ? is_at || is_past : plan->action == KILL_ONE && is_at) {
        atomic_fetch_add(&plan->fired, 1);
        syscall(SYS_kill, getpid(), SIGKILL);
    }
    if (plan->action == FAIL_ON ? is_at || is_past : plan->action == FAIL_ONCE && is_at) {
        // Where the disk is full or cannot be written, what is there can still be removed or be found open.
        if (plan->action == FAIL_ON && plan->error == ENOSPC && !strncmp(name, "un", 2)) return 0;
        atomic_fetch_add(&plan->fired, 1);
        errno = (int)plan->error;
        return 1;
    }
    errno = before;
    return 0;
}

// A call on an open file: only files and folders count, no pipes.
static int meet_file(const char *name, int file) {
    struct stat status;
    if (!plan || fstat(file, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) return 0;
    return meet(name, file, NULL, 0, NULL);
}

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

#define IS_WRITING(flags) ((flags) & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR))

#define OPEN(name)                                                                                   \
    int name(const char *path, int flags, ...) {                                                     \
        va_list list;                                                                                \
        va_start(list, flags);                                                                       \
        mode_t mode = va_arg(list, mode_t);                                                          \
        va_end(list);                                                                                \
        if (IS_WRITING(flags) && meet("open", AT_FDCWD, path, 0, NULL)) return -1;                   \
        return REAL(name)(path, flags, mode);                                                        \
    }
#define OPENAT(name)                                                                                 \
    int name(int folder, const char *path, int flags, ...) {                                         \
        va_list list;                                                                                \
        va_start(list, flags);                                                                       \
        mode_t mode = va_arg(list, mode_t);                                                          \
        va_end(list);                                                                                \
        if (IS_WRITING(flags) && meet("open", folder, path, 0, NULL)) return -1;                     \
        return REAL(name)(folder, path, flags, mode);                                                \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

FILE *fopen(const char *path, const char *mode) {
    if (strpbrk(mode, "wa+") && meet("open", AT_FDCWD, path, 0, NULL)) return NULL;
    return REAL(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
    if (strpbrk(mode, "wa+") && meet("open", AT_FDCWD, path, 0, NULL)) return NULL;
    return REAL(fopen64)(path, mode);
}

int mkstemp(char *path) { return meet("open", AT_FDCWD, path, 0, NULL) ? -1 : REAL(mkstemp)(path); }
int mkstemp64(char *path) { return meet("open", AT_FDCWD, path, 0, NULL) ? -1 : REAL(mkstemp64)(path); }

ssize_t write(int file, const void *bytes, size_t size) {
    return meet_file("write", file) ? -1 : REAL(write)(file, bytes, size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
    return meet_file("write", file) ? -1 : REAL(pwrite)(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
    return meet_file("write", file) ? -1 : REAL(pwrite64)(file, bytes, size, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    return meet_file("write", file) ? -1 : REAL(writev)(file, parts, count);
}

int ftruncate(int file, off_t size) { return meet_file("truncate", file) ? -1 : REAL(ftruncate)(file, size); }
int ftruncate64(int file, off64_t size) { return meet_file("truncate", file) ? -1 : REAL(ftruncate64)(file, size); }
int fsync(int file) { return meet_file("fsync", file) ? -1 : REAL(fsync)(file); }
int fdatasync(int file) { return meet_file("fsync", file) ? -1 : REAL(fdatasync)(file); }
int syncfs(int file) { return meet_file("syncfs", file) ? -1 : REAL(syncfs)(file); }

int rename(const char *from, const char *to) {
    return meet("rename", AT_FDCWD, from, AT_FDCWD, to) ? -1 : REAL(rename)(from, to);
}

int renameat(int folder, const char *from, int other, const char *to) {
    return meet("rename", folder, from, other, to) ? -1 : REAL(renameat)(folder, from, other, to);
}

int renameat2(int folder, const char *from, int other, const char *to, unsigned flags) {
    return meet("rename", folder, from, other, to) ? -1 : REAL(renameat2)(folder, from, other, to, flags);
}

int link(const char *from, const char *to) {
    return meet("link", AT_FDCWD, from, AT_FDCWD, to) ? -1 : REAL(link)(from, to);
}

int linkat(int folder, const char *from, int other, const char *to, int flags) {
    return meet("link", folder, from, other, to) ? -1 : REAL(linkat)(folder, from, other, to, flags);
}

int symlink(const char *target, const char *path) {
    return meet("symlink", AT_FDCWD, path, 0, NULL) ? -1 : REAL(symlink)(target, path);
}

int unlink(const char *path) { return meet("unlink", AT_FDCWD, path, 0, NULL) ? -1 : REAL(unlink)(path); }
int rmdir(const char *path) { return meet("unlink", AT_FDCWD, path, 0, NULL) ? -1 : REAL(rmdir)(path); }

int unlinkat(int folder, const char *path, int flags) {
    return meet("unlink", folder, path, 0, NULL) ? -1 : REAL(unlinkat)(folder, path, flags);
}

int mkdir(const char *path, mode_t mode) { return meet("mkdir", AT_FDCWD, path, 0, NULL) ? -1 : REAL(mkdir)(path, mode); }

int mkdirat(int folder, const char *path, mode_t mode) {
    return meet("mkdir", folder, path, 0, NULL) ? -1 : REAL(mkdirat)(folder, path, mode);
}

// What has no function of its own in older versions of libc is called by number.
long syscall(long number, ...) {
    long parts[6];
    va_list list;
    va_start(list, number);
    for (int index = 0; index < 6; index++) parts[index] = va_arg(list, long);
    va_end(list);
    if (number == SYS_renameat2 && meet("rename", (int)parts[0], (char *)parts[1], (int)parts[2], (char *)parts[3])) return -1;
    if (number == SYS_syncfs && meet_file("syncfs", (int)parts[0])) return -1;
    return REAL(syscall)(number, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
}
