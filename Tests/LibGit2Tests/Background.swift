import Glibc

/// A thread of the system, for what has to run beside a test: the tasks of Swift share as many threads as the machine
/// has cores, and blocking one of them blocks other tests.
final class Background<Result: Sendable> {
    // Written by the thread before it ends and read after `pthread_join`, which orders the two.
    private final class Box: @unchecked Sendable {
        let body: @Sendable () -> Result
        var result: Result?
        init(_ body: @escaping @Sendable () -> Result) { self.body = body }
        func run() { result = body() }
    }

    private let box: Box
    private var thread = pthread_t()

    init(_ body: @escaping @Sendable () -> Result) {
        box = Box(body)
        let run: @Sendable () -> Void = { [box] in box.run() }
        let start = Unmanaged.passRetained(Start(run))
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
    }

    func wait() -> Result? {
        pthread_join(thread, nil)
        return box.result
    }
}

private final class Start {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
