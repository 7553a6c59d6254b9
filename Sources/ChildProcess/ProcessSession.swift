import Glibc

/// The processes that a child started, as far as they stayed in its session.
///
/// The number of a session stays taken while one process of it lives, so it cannot come to mean another session as
/// long as the child has not been waited for.
struct ProcessSession: Sendable {
    /// The child, which leads the session where it has one.
    let leader: pid_t
    /// Whether the child leads a session; without one only the child itself is meant.
    let isOwn: Bool

    /// Whether the child has ended. It is left unwaited for.
    var leaderHasEnded: Bool {
        var information = siginfo_t()
        let answer = waitid(P_PID, id_t(leader), &information, WEXITED | WNOHANG | WNOWAIT)
        // ECHILD: it has been waited for already.
        return answer != 0 ? errno == ECHILD : information.si_signo != 0
    }

    /// Ends the child and all that is left of its session: SIGTERM, and after `grace` SIGKILL.
    func end(grace: Duration) async {
        signal(SIGTERM)
        let clock = ContinuousClock()
        let deadline = clock.now + grace
        while clock.now < deadline {
            if leaderHasEnded, members().isEmpty { return }
            await Self.pause(.milliseconds(5))
        }
        await kill()
    }

    /// Kills the child and all that is left of its session.
    func kill() async {
        // More than once, because a process may fork between the list and the signal.
        for _ in 0..<5 {
            signal(SIGKILL)
            if leaderHasEnded, members().isEmpty { return }
            await Self.pause(.milliseconds(5))
        }
    }

    /// Kills what the child left behind. The child has ended.
    func killLeftovers() async {
        if isOwn, !members().isEmpty { await kill() }
    }

    private func signal(_ number: Int32) {
        // The child itself first, by its own number: it may not have made its session yet.
        Glibc.kill(leader, number)
        guard isOwn else { return }
        Glibc.kill(-leader, number)
        for member in members() { Glibc.kill(member, number) }
    }

    /// The living processes of the session other than its leader.
    ///
    /// A process group is not enough: a shell with job control puts each job in a group of its own.
    private func members() -> [pid_t] {
        guard isOwn, let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var members: [pid_t] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = pid_t(name), process != leader, Self.session(of: process) == leader else { continue }
            members.append(process)
        }
        return members
    }

    /// The session of a process that is alive; `nil` for a zombie and for one that is gone.
    private static func session(of process: pid_t) -> pid_t? {
        let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer -> pid_t? in
            let count = read(file, buffer.baseAddress, buffer.count)
            // `pid (name) state parent group session`; the name may hold anything, a parenthesis too.
            guard count > 0, let end = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
            let fields = String(decoding: buffer[(end + 1)..<count], as: UTF8.self).split(separator: " ")
            guard fields.count > 3, fields[0] != "Z", fields[0] != "X" else { return nil }
            return pid_t(fields[3])
        }
    }

    /// Waits, also in a task that has been cancelled.
    private static func pause(_ duration: Duration) async {
        await Task { try? await Task.sleep(for: duration) }.value
    }
}
