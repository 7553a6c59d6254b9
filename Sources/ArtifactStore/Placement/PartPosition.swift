import RegistryCore
import Synchronization

/// Where in its file the next bytes of a part go.
final class PartPosition: Sendable {
    private let part: Range<Int>
    private let next: Atomic<Int>

    init(_ part: Range<Int>) {
        self.part = part
        self.next = Atomic(part.lowerBound)
    }

    /// The place of the bytes that came; `nil` where they would pass the end of the part.
    func advance(by count: Int) -> Int? {
        let offset = next.wrappingAdd(count, ordering: .relaxed).oldValue
        return offset + count <= part.upperBound ? offset : nil
    }

    /// The error of a part that did not come whole.
    var missing: RegistryError? {
        let reached = next.load(ordering: .relaxed)
        if reached == part.upperBound { return nil }
        return RegistryError(
            .transferFailed,
            "bytes \(part.lowerBound) to \(part.upperBound) were asked for, and \(reached - part.lowerBound) bytes came",
            hints: ["run the same command again", "--jobs 1 reads one part at a time"])
    }
}
