import Glibc

/// Threads that each run one transfer at a time and keep their connections.
///
/// libcurl's calls wait, and may not do so on the threads of Swift's pool. A thread is started when a transfer finds
/// none free, and ends when the pool is shut down.
final class TransferPool: @unchecked Sendable {
    private struct Job {
        let transfer: Transfer
        let continuation: CheckedContinuation<Exchange, Never>
    }

    private let size: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // What follows is touched under the mutex only.
    private var waiting: [Job] = []
    private var running: [Transfer] = []
    private var threadCount = 0
    private var idleCount = 0
    private var isShutDown = false

    init(size: Int) {
        self.size = size
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs a transfer and returns what became of it. When the calling task is cancelled that is at once.
    func run(_ transfer: Transfer) async -> Exchange {
        await withTaskCancellationHandler {
            await withCheckedContinuation { submit(Job(transfer: transfer, continuation: $0)) }
        } onCancel: {
            transfer.cancellation.cancel()
            refuse { $0.transfer === transfer }
        }
    }

    /// Ends all threads, and their transfers as cancelled.
    func shutDown() {
        let transfers = locked {
            isShutDown = true
            pthread_cond_broadcast(condition)
            return running
        }
        for transfer in transfers { transfer.cancellation.cancel() }
        refuse { _ in true }
    }

    private func submit(_ job: Job) {
        let isAccepted = locked {
            if isShutDown || job.transfer.cancellation.isCancelled { return false }
            if idleCount <= waiting.count, threadCount < size {
                if startThread() { threadCount += 1 } else if threadCount == 0 { return false }
            }
            waiting.append(job)
            pthread_cond_signal(condition)
            return true
        }
        if !isAccepted { job.continuation.resume(returning: .cancelled) }
    }

    /// Ends jobs that no thread has taken yet.
    private func refuse(_ isMeant: (Job) -> Bool) {
        let refused = locked {
            let refused = waiting.filter(isMeant)
            waiting.removeAll(where: isMeant)
            return refused
        }
        for job in refused { job.continuation.resume(returning: .cancelled) }
    }

    /// Starts a thread that holds this pool until it is shut down; `false` where the system has none.
    private func startThread() -> Bool {
        let pool = Unmanaged.passRetained(self)
        var thread = pthread_t()
        // No signal is handled there; above all, SIGPIPE of a closed connection must not end the process.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<TransferPool>.fromOpaque(argument).takeRetainedValue().work() }
                return nil
            }, pool.toOpaque())
        if status != 0 {
            pool.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func work() {
        let handles = CurlHandles()
        while let job = next() {
            let exchange = job.transfer.perform(with: handles)
            locked { running.removeAll { $0 === job.transfer } }
            job.continuation.resume(returning: exchange)
        }
    }

    /// Waits for a job; `nil` where the thread shall end.
    private func next() -> Job? {
        locked {
            idleCount += 1
            defer { idleCount -= 1 }
            while waiting.isEmpty, !isShutDown { pthread_cond_wait(condition, mutex) }
            guard !isShutDown, !waiting.isEmpty else { return nil }
            let job = waiting.removeFirst()
            running.append(job.transfer)
            return job
        }
    }

    @discardableResult
    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
