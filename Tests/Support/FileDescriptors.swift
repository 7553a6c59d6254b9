import Glibc

/// Runs a piece of work while no file can be opened, and so no library loaded. It holds for the whole process, so the
/// test needs one of its own.
public func whileNoFileOpens(_ body: () -> Void) {
    var usual = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &usual)
    var none = rlimit(rlim_cur: 0, rlim_max: usual.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none)
    body()
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &usual)
}
