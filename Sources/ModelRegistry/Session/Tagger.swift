import GitCommand
import GitTypes
import RegistryCore

/// Who makes tags, when, and whether git's settings have them signed: what only git itself can tell.
struct Tagger: Sendable {
    private let identity: Result<(Person, Timestamp), RegistryError>
    private let signing: Result<Bool?, RegistryError>

    /// Asks git, both questions at once. What goes wrong is told by who needs the answer.
    /// - Parameter asksForSigning: whether git is asked for `tag.gpgSign` too.
    init(_ git: GitCommand, asksForSigning: Bool) async {
        async let identity = Self.result { () async throws(GitCommandError) in try await git.committerIdentity() }
        async let signing = Self.result { () async throws(GitCommandError) in
            asksForSigning ? try await git.configurationBool("tag.gpgSign") : nil
        }
        (self.identity, self.signing) = (await identity, await signing)
    }

    /// The committer, and what time it was when git was asked.
    /// - Throws: ``RegistryError``; see ``GitCommand/committerIdentity()``.
    func committer() throws(RegistryError) -> (Person, Timestamp) {
        try identity.get()
    }

    /// `tag.gpgSign`; `nil` where it is not set, or was not asked for.
    func signs() throws(RegistryError) -> Bool? {
        try signing.get()
    }

    private static func result<Value: Sendable>(
        _ body: @Sendable () async throws(GitCommandError) -> Value
    ) async -> Result<Value, RegistryError> {
        do throws(GitCommandError) { return .success(try await body()) } catch { return .failure(RegistryError(error)) }
    }
}
