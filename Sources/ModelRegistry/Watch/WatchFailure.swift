import GitCommand
import GitTypes
import RegistryCore

/// Why a look at a remote failed.
struct WatchFailure: Error {
    let error: RegistryError
    /// Whether waiting does not mend it: no such repository, nobody who may read it, a fault of this machine.
    let isLasting: Bool

    /// A failure of this machine.
    init(_ error: RegistryError) {
        self.error = error
        self.isLasting = true
    }

    /// A failure of the `git` program at the remote.
    init(_ error: GitCommandError, at url: GitURL?) {
        self.error = url.map { RegistryError(error, at: $0) } ?? RegistryError(error)
        let text = error.message + error.remoteText
        self.isLasting =
            switch error.kind {
            case .authenticationFailed, .programMissing, .malformedValue, .tooLarge: true
            case .remoteUnreachable:
                ["not found", "does not appear to be a git repository", "unable to find remote helper"]
                    .contains { text.contains($0) } && !text.contains("host")
            default: false
            }
    }

    static func wrapping<Value>(
        _ body: () async throws(RegistryError) -> Value
    ) async throws(WatchFailure) -> Value {
        do throws(RegistryError) { return try await body() } catch { throw WatchFailure(error) }
    }
}
