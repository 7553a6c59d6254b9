import GitCommand
import GitTypes
import RegistryCore

/// Refs on their way to a remote: in their order, parted into pushes of which each arrives whole or not at all.
struct Publication {
    let git: GitCommand
    let destination: Remote
    let parts: [[RefUpdate]]

    init(_ updates: [RefUpdate], to destination: Remote, _ mode: PushMode, _ git: GitCommand) {
        self.git = git
        self.destination = destination
        self.parts = mode.parts(of: updates)
    }

    /// Pushes one part after the other, until one is refused or the task is cancelled.
    /// - Parameter observe: hears of each push that arrived.
    /// - Returns: what became of each ref.
    /// - Throws: ``PublicationFailure``, which tells what had arrived by then.
    func run(observe: ([RefUpdate]) -> Void = { _ in }) async throws(PublicationFailure) -> [RefResult] {
        var results: [RefResult] = []
        for (position, part) in parts.enumerated() {
            do throws(GitCommandError) {
                if Task.isCancelled {
                    throw GitCommandError(.cancelled, operation: "push", message: "no more was pushed")
                }
                results += try await git.push(to: destination, part, isAtomic: part.count > 1)
            } catch {
                throw PublicationFailure(
                    error: error, published: parts[..<position].joined().map(\.destination),
                    remaining: parts[position...].joined().map(\.destination))
            }
            observe(part)
        }
        return results
    }
}

/// Why the refs of an act did not all arrive.
struct PublicationFailure: Error {
    /// Why the first push that failed did.
    let error: GitCommandError
    /// The refs of the pushes before it, which arrived.
    let published: [RefName]
    /// The refs of the one that failed and of those that were to follow it, in order.
    let remaining: [RefName]

    /// The tag that another writer made at the remote, or is making; `nil` where it failed for another reason.
    var lostTag: TagName? {
        switch error.kind {
        case .rejected(let reference, .alreadyExists), .rejected(let reference, .changed),
            .rejected(let reference, .locked):
            reference.tag
        default: nil
        }
    }

    /// Which refs got out and which did not; `nil` where none did.
    var outcome: String? {
        guard !published.isEmpty else { return nil }
        let rest = error.kind == .outcomeUnknown ? "not known or not done" : "not done"
        return "done before it: \(Self.list(published)); \(rest): \(Self.list(remaining))"
    }

    /// The advice for the case that some got out.
    var advice: [String] {
        published.isEmpty ? [] : ["when the cause is mended, run the same command again: it goes on from there"]
    }

    private static func list(_ references: [RefName]) -> String {
        let names = references.map { $0.tag?.description ?? $0.description }
        let shown = names.prefix(12).joined(separator: ", ")
        return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
    }
}

extension RegistryError {
    /// What a push that failed means to a person, with the refs that got out before it.
    init(_ failure: PublicationFailure) {
        let plain = RegistryError(failure.error, outcome: failure.outcome)
        self.init(
            plain.code, plain.message, subject: plain.subject, hints: failure.advice + plain.hints,
            underlying: plain.underlying)
    }
}
