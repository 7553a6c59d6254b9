import ChildProcess
import GitTypes
import RegistryCore

/// The program that runs the hooks that wait, at most one at a time.
///
/// It leads a session of its own and writes to our own outputs, so a killed watch takes neither a hook nor the account of
/// it along; the next watch's program waits for its lock.
actor DrainProcess {
    private let child: ChildProcess
    private let observe: @Sendable (WatchStep) -> Void
    private var task: Task<Int32, Never>?
    /// What the running program was started for, or the last one.
    private var attempt: (waiting: Set<ObjectID>, rules: String)?
    /// How many programs ended in a row with what another attempt may mend.
    private var failures = 0
    private var notBefore = ContinuousClock.now
    /// How the last program ended.
    private(set) var status: Int32 = 0

    init(
        _ request: WatchRequest, environment: [String: String], observe: @escaping @Sendable (WatchStep) -> Void
    ) {
        var child = ChildProcess(program: request.program, arguments: request.arguments, environment: environment)
        child.standardOutput = .descriptor(1)
        child.standardError = .descriptor(2)
        child.terminationGrace = .seconds(10)
        child.endsLeftovers = false
        self.child = child
        self.observe = observe
    }

    /// Starts the program where something waits that it has not been started for, or where that may go better now.
    func run(_ outcome: WatchRound.Outcome, pause: Duration) {
        guard task == nil, !outcome.waiting.isEmpty, ContinuousClock.now >= notBefore else { return }
        if let attempt, attempt.rules == outcome.rules, outcome.waiting.isSubset(of: attempt.waiting) { return }
        attempt = (outcome.waiting, outcome.rules)
        let (child, observe) = (child, observe)
        task = Task { [weak self] in
            let status = await Self.run(child) { observe(.lost($0, retryAfter: pause)) }
            await self?.ended(status, pause)
            return status
        }
    }

    /// Waits for the program; when the calling task is cancelled, the program is told to end.
    func finish() async {
        guard let task else { return }
        await withTaskCancellationHandler {
            _ = await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func ended(_ status: Int32, _ pause: Duration) {
        task = nil
        self.status = status == WatchRequest.leftToAnother ? 0 : status
        // Done, refused, or a configuration that cannot be read: there a change is waited for.
        if [0, 4, 64].contains(status) {
            failures = 0
        } else if status == WatchRequest.leftToAnother {
            // Should that one be killed, it is on us.
            attempt = nil
        } else {
            attempt = nil
            failures = min(failures + 1, 20)
            notBefore = .now + min(pause * (1 << failures), max(.seconds(900), pause * 10))
        }
    }

    private static func run(_ child: ChildProcess, _ report: (RegistryError) -> Void) async -> Int32 {
        do throws(ChildProcessError) {
            switch try await child.run().ending {
            case .exited(let status): return status
            case .signalled(let number): return 128 + number
            }
        } catch {
            if case .cancelled = error { return 0 }
            report(
                RegistryError(
                    .programMissing, "hooks cannot be run: \(error)", subject: child.program,
                    hints: ["git model trigger --all-pending"]))
            return 1
        }
    }
}
