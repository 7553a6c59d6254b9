import Glibc
import Synchronization

/// Turns Ctrl-C and SIGTERM into the cancellation of the running command, which then cleans up and ends.
///
/// A second signal ends the process at once.
enum Interruption {
    private static let received = Atomic<Int32>(0)

    /// The signal that came; `nil` before it.
    static var signal: Int32? {
        let signal = received.load(ordering: .sequentiallyConsistent)
        return signal == 0 ? nil : signal
    }

    /// Blocks the signals for this thread and all that are started after it. Children are unblocked again by whoever
    /// starts them.
    static func block() {
        var set = signals
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for the signals in a thread of its own, and cancels the task on the first.
    static func cancelOnSignal(_ task: Task<Int32, Never>) {
        let box = Unmanaged.passRetained(Box(task))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let task = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().task
                var set = Interruption.signals
                var signal: Int32 = 0
                sigwait(&set, &signal)
                Interruption.received.store(signal, ordering: .sequentiallyConsistent)
                task.cancel()
                sigwait(&set, &signal)
                _exit(128 + signal)
            }, box.toOpaque())
        // Without the thread the signals must end the process as they always do.
        if status != 0 {
            box.release()
            var set = signals
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
        }
    }

    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
        return set
    }

    private final class Box: Sendable {
        let task: Task<Int32, Never>

        init(_ task: Task<Int32, Never>) { self.task = task }
    }
}
