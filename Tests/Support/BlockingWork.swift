import Glibc

/// Runs work that waits for processes on a thread of its own, and so leaves those of Swift's pool, of which a small
/// machine has two, to the tests that need them.
public func onThreadOfItsOwn<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let work = Unmanaged.passRetained(Work { continuation.resume(with: Result { try body() }) })
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { Work.run($0) }, work.toOpaque())
        if status == 0 {
            pthread_detach(thread)
        } else {
            // Without a thread it is done here: slower, and right.
            work.takeRetainedValue().body()
        }
    }
}

private final class Work {
    let body: () -> Void

    init(_ body: @escaping () -> Void) {
        self.body = body
    }

    static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
    }
}
