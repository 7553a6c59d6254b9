import Glibc
import RegistryCore
import Synchronization

/// Flushes many files to the disk side by side, on threads of its own.
///
/// A file system writes its journal once for several files that wait together. One flush of the whole file system would
/// be quicker where nothing else is written, and would wait for whatever else is; `Benchmarks/flush.py` compares them.
final class DiskFlush: Sendable {
    private static let threadCount = 8

    private struct State {
        var next = 0
        var running = 0
        var failure: RegistryError?
    }

    private let count: Int
    private let flush: @Sendable (Int) throws(RegistryError) -> Void
    private let state = Mutex(State())
    private let continuation: CheckedContinuation<RegistryError?, Never>

    /// Calls a closure for each number below a count; it may wait as long as it likes.
    /// - Throws: the first error of the closure.
    static func run(
        _ count: Int, _ flush: @escaping @Sendable (Int) throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        if count == 0 { return }
        let failure = await withCheckedContinuation { continuation in
            DiskFlush(count, flush, continuation).start()
        }
        if let failure { throw failure }
    }

    private init(
        _ count: Int, _ flush: @escaping @Sendable (Int) throws(RegistryError) -> Void,
        _ continuation: CheckedContinuation<RegistryError?, Never>
    ) {
        self.count = count
        self.flush = flush
        self.continuation = continuation
    }

    private func start() {
        let wanted = min(Self.threadCount, count)
        state.withLock { $0.running = wanted }
        for _ in 0..<wanted where !startThread() { work() }
    }

    /// Whether the system has a thread for us.
    private func startThread() -> Bool {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<DiskFlush>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// Takes number after number until there are none, or one failed.
    private func work() {
        while true {
            let number = state.withLock { state -> Int? in
                guard state.next < count, state.failure == nil else { return nil }
                state.next += 1
                return state.next - 1
            }
            guard let number else { break }
            do throws(RegistryError) {
                try flush(number)
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
        let (isLast, failure) = state.withLock { state in
            state.running -= 1
            return (state.running == 0, state.failure)
        }
        if isLast { continuation.resume(returning: failure) }
    }
}
