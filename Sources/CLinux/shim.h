// Linux calls that Swift's Glibc module does not show: they are declared for _GNU_SOURCE only, or are variadic.
#pragma once
#include <linux/magic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LINUX_RENAME_NOREPLACE 1u
#define LINUX_RENAME_EXCHANGE 2u
#define LINUX_SYNC_FILE_RANGE_WRITE 2u
#define LINUX_SEEK_DATA 3
#define LINUX_SEEK_HOLE 4

/// renameat2(2); -1 and errno where it fails.
static inline int linux_renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

/// Locks one byte of a file for an open file description (F_OFD_SETLK, fcntl(2)); -1 and errno where it fails, EAGAIN
/// where another one has it. The lock ends with the last descriptor, however the process ends.
static inline int linux_lock_byte(int file, long long position) {
    // The kernel's struct flock of 64-bit systems. <fcntl.h> would make this header the owner of Glibc's types in Swift.
    struct { short type, whence; long start, length; int process; } lock = {1 /* F_WRLCK */, 0, (long)position, 1, 0};
    _Static_assert(sizeof lock == 32, "struct flock");
    return (int)syscall(SYS_fcntl, file, 37, &lock);
}

/// syncfs(2); -1 and errno where it fails.
static inline int linux_syncfs(int file) { return (int)syscall(SYS_syncfs, file); }

/// Has the system begin to write the bytes of a file to the disk; it does not wait, and promises nothing.
static inline void linux_begin_writing(int file) {
#ifdef SYS_sync_file_range
    syscall(SYS_sync_file_range, file, 0L, 0L, LINUX_SYNC_FILE_RANGE_WRITE);
#endif
}

/// Whether syncfs(2) brings everything to the disk that fsync(2) of each file would, and reports what could not be
/// written: since Linux 5.8 it does the latter, and file systems that lie upon others (overlay, FUSE, NFS, SMB) may do
/// neither.
static inline int linux_syncfs_is_exact(int file) {
    struct utsname system;
    struct statfs target;
    int major = 0, minor = 0;
    if (uname(&system) != 0 || sscanf(system.release, "%d.%d", &major, &minor) != 2) return 0;
    if (major < 5 || (major == 5 && minor < 8) || fstatfs(file, &target) != 0) return 0;
    return target.f_type == EXT4_SUPER_MAGIC || target.f_type == XFS_SUPER_MAGIC;
}
