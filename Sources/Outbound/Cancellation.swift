import CLibCurl
import Synchronization

/// Stops a transfer from another thread, at once, whatever it waits for.
final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        /// The libcurl handle that the transfer's thread waits in, as a number: a pointer may not cross threads.
        var waitingIn: UInt = 0
    }

    private let state = Mutex(State())

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            // The one call of libcurl that may come from any thread. The lock keeps the handle from going away.
            if let multi = UnsafeMutableRawPointer(bitPattern: state.waitingIn) { libcurl_multi_wakeup(multi) }
        }
    }

    /// Says which handle is to be woken, `nil` for none any more.
    func wakes(_ multi: UnsafeMutableRawPointer?) {
        state.withLock { $0.waitingIn = UInt(bitPattern: multi) }
    }
}
