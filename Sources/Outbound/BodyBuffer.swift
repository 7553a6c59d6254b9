import Synchronization

/// Collects the pieces of a body in memory.
final class BodyBuffer: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ piece: UnsafeRawBufferPointer) { bytes.withLock { $0.append(contentsOf: piece) } }

    func removeAll() { bytes.withLock { $0 = [] } }

    func take() -> [UInt8] {
        bytes.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
    }
}
