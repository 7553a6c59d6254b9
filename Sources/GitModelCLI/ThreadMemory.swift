import Glibc

/// Whether the process may use the memory that its threads need.
///
/// Where a limit (`ulimit -d`, `ulimit -v`) leaves no room for the stack of a thread, libdispatch tries again for ever,
/// once a second and without a word. So the room is asked for before the first thread.
enum ThreadMemory {
    /// How many threads there must be room for: the runtime's own three, and one that works.
    private static let threads = 4

    static var isAvailable: Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        var stack = 0
        guard pthread_attr_getstacksize(&attributes, &stack) == 0 else { return false }
        // Mapped as a thread's stack is, since only such memory counts; none of it is touched.
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK
        guard let room = mmap(nil, threads * stack, PROT_READ | PROT_WRITE, flags, -1, 0), room != MAP_FAILED else {
            return false
        }
        munmap(room, threads * stack)
        return true
    }
}
