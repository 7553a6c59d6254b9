// Linux calls that Swift's Glibc module does not show: they are declared for _GNU_SOURCE only, or are variadic.
#pragma once
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINUX_RENAME_NOREPLACE 1u
#define LINUX_RENAME_EXCHANGE 2u
#define LINUX_SEEK_DATA 3
#define LINUX_SEEK_HOLE 4

/// renameat2(2); -1 and errno where it fails.
static inline int linux_renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

/// Locks one byte of a file for an open file description (F_OFD_SETLK, fcntl(2)); -1 and errno where it fails, EAGAIN
/// where another one has it. The lock ends with the last descriptor, however the process ends.
static inline int linux_lock_byte(int file, long long position) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = position, .l_len = 1};
    return fcntl(file, 37, &lock);
}
