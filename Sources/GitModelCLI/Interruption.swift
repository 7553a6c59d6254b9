import Glibc
import Synchronization

/// Turns Ctrl-C and SIGTERM into the cancellation of the running command, which then cleans up and ends.
///
/// A second Ctrl-C ends the process at once. A second SIGTERM does not: who runs us as a child, as `watch` does, sends
/// it to the process and to its group, and who is impatient has SIGKILL. Blocking the signals and waiting for them would
/// be simpler, but the main thread of an async program sleeps in `sigsuspend` with nothing blocked.
enum Interruption {
    private static let received = Atomic<Int32>(0)
    /// The end of the pipe that the handler writes to.
    private static let writeEnd = Atomic<Int32>(-1)

    /// The signal that came; `nil` before it.
    static var signal: Int32? {
        let signal = received.load(ordering: .sequentiallyConsistent)
        return signal == 0 ? nil : signal
    }

    /// Cancels the task on the first signal. Children get the default handling back from whoever starts them.
    static func cancelOnSignal(_ task: Task<Int32, Never>) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        let box = Unmanaged.passRetained(Waiter(task: task, readEnd: ends[0]))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let waiter = Unmanaged<Waiter>.fromOpaque(argument).takeRetainedValue()
                var byte: UInt8 = 0
                while read(waiter.readEnd, &byte, 1) < 0, errno == EINTR {}
                waiter.task.cancel()
                return nil
            }, box.toOpaque())
        guard status == 0 else { return box.release() }
        for number in [SIGINT, SIGTERM, SIGHUP] { Glibc.signal(number, handler) }
    }

    /// Only calls what a signal handler may call.
    private static let handler: @convention(c) (Int32) -> Void = { signal in
        let isFirst = received.compareExchange(expected: 0, desired: signal, ordering: .sequentiallyConsistent)
            .exchanged
        if !isFirst {
            if signal == SIGINT { _exit(128 + signal) }
            return
        }
        var byte: UInt8 = 1
        _ = write(writeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
    }

    private final class Waiter: Sendable {
        let task: Task<Int32, Never>
        let readEnd: Int32

        init(task: Task<Int32, Never>, readEnd: Int32) {
            self.task = task
            self.readEnd = readEnd
        }
    }
}
