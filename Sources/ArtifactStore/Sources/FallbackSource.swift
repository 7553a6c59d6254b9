public import RegistryCore
import Synchronization

/// A source, and another one that is asked where the first does not have a file.
public struct FallbackSource: ArtifactSource {
    private let first: any ArtifactSource
    private let second: any ArtifactSource

    /// Creates the source.
    public init(first: any ArtifactSource, second: any ArtifactSource) {
        self.first = first
        self.second = second
    }

    /// The place for people, without secrets.
    public var name: String { "\(first.name), else \(second.name)" }

    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { first.readsRanges && second.readsRanges }

    /// How it lets us in, for people; `nil` where it needs nothing.
    public var credentials: String? { first.credentials ?? second.credentials }

    /// Whether parts can be read side by side: not before it is known who has the file.
    public func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool { false }

    /// Where a file can be had; no byte of it is read.
    public func find(_ file: ArtifactFile) async throws(RegistryError) -> String {
        do throws(RegistryError) {
            return try await first.find(file)
        } catch {
            guard Self.isAbsence(error) else { throw error }
            return try await second.find(file)
        }
    }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        let handedOn = Atomic(0)
        do throws(RegistryError) {
            try await first.read(file, from: offset, to: end) { piece in
                handedOn.add(piece.count, ordering: .relaxed)
                return take(piece)
            }
        } catch {
            // Once bytes have come, the other's might be others.
            guard Self.isAbsence(error), handedOn.load(ordering: .relaxed) == 0 else { throw error }
            try await second.read(file, from: offset, to: end, into: take)
        }
    }

    private static func isAbsence(_ error: RegistryError) -> Bool {
        error.code == .objectNotFound || error.code == .storeNotConfigured
    }
}
