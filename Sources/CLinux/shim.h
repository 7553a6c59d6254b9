// Linux calls that Swift's Glibc module does not show: they are declared for _GNU_SOURCE only, or are variadic.
#pragma once
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
