import GitCommand
import GitTypes
import LibGit2
import RegistryCore

extension RegistryError {
    /// What a failure of the `git` program means to a person. What a server said stands below the sentence.
    /// - Parameter outcome: what was done before it failed; `nil` where nothing was.
    init(_ error: GitCommandError, outcome: String?) {
        let plain = RegistryError(error)
        guard let outcome else {
            self = plain
            return
        }
        let message =
            plain.message.hasSuffix(Self.nothingDone)
            ? plain.message.dropLast(Self.nothingDone.count) + outcome : "\(plain.message); \(outcome)"
        self.init(plain.code, message, subject: plain.subject, hints: plain.hints, underlying: plain.underlying)
    }

    /// The same for a failure before anything was done.
    init(_ error: GitCommandError) {
        let said = error.remoteText.isEmpty ? nil : error.remoteText
        switch error.kind {
        case .programMissing:
            self.init(.programMissing, error.message, subject: "git", hints: ["install git, or put it on the PATH"])
        case .timedOut:
            self.init(.gitFailed, error.message, hints: ["try again; another process may be busy with the repository"])
        case .cancelled:
            self.init(.gitFailed, "interrupted: \(error.message)")
        case .failed:
            self.init(.gitFailed, error.message, hints: ["to check the repository: git fsck"], underlying: said)
        case .malformedValue:
            self.init(.invalidRevision, error.message, hints: ["check the spelling"])
        case .tooLarge(let limit):
            self.init(.tooLarge, "\(error.message) (more than \(limit) bytes)", hints: ["ask for less"])
        case .identityUnknown:
            self.init(
                .identityUnknown, "Git does not know who you are, and a tag names its maker",
                hints: ["git config --global user.name 'Your Name' && git config --global user.email you@example.com"])
        case .invalidDate:
            self.init(
                .invalidArguments, "GIT_COMMITTER_DATE is not a date that Git can read", subject: "GIT_COMMITTER_DATE",
                hints: ["export GIT_COMMITTER_DATE=2026-03-02T09:30:00+0000", "unset GIT_COMMITTER_DATE"])
        case .exists(let name):
            self.init(GitError(.exists(name), operation: error.operation, message: error.message))
        case .changed(let name):
            self.init(GitError(.changed(name), operation: error.operation, message: error.message))
        case .locked(let path):
            self.init(GitError(.locked(path: path, age: nil), operation: error.operation, message: error.message))
        case .blocked(_, let blocking):
            self.init(GitError(.refBlocked(by: blocking), operation: error.operation, message: error.message))
        case .objectMissing(let id):
            self.init(
                .damagedRepository, error.message, subject: id?.description,
                hints: ["git fetch origin, and git fsck if that does not bring it"], underlying: said)
        case .remoteRefMissing(let name):
            self.init(
                .revisionNotFound, "the remote has no \(name)", subject: name.description,
                hints: ["git ls-remote lists what it has"])
        case .rejected(let name, let reason):
            self = Self.rejection(of: name, reason, said: said)
        case .remoteUnreachable:
            self.init(
                .remoteUnreachable, Self.sentence(error.message),
                hints: ["check the address and the network"],
                underlying: said)
        case .authenticationFailed:
            self.init(
                .remoteUnreachable, error.message,
                hints: ["git ls-remote must work without a question: set up a credential helper or an SSH key"],
                underlying: said)
        case .atomicUnsupported:
            self.init(
                .atomicUnsupported, "the remote cannot take several tags all or none; \(Self.nothingDone)",
                hints: ["to push them one by one, run the same command with --no-atomic"], underlying: said)
        case .outcomeUnknown:
            // How it broke tells whether the network, the server or a time limit is to be looked at.
            self.init(
                .outcomeUnknown, "the connection broke during the push, so it may or may not have arrived",
                hints: ["to complete it, whether it arrived or not: git push origin --tags"],
                underlying: said.map { "\(error.message)\n\($0)" } ?? error.message)
        case .configurationNotTrusted(let key, let file):
            self.init(
                .configurationNotTrusted,
                "\(key) of the repository's own configuration (\(file)) chooses what git would run, and is not trusted",
                subject: key,
                hints: [
                    "to see it: git config --show-origin --get-all \(key.shellQuoted)",
                    "to set it for yourself instead: git config --global \(key.shellQuoted) VALUE",
                    "to trust this repository's configuration this time: export GIT_MODEL_TRUST_CONFIG=1",
                ])
        case .signingFailed:
            self.init(
                .signingFailed, error.message,
                hints: ["to see the key: git config user.signingKey", "to leave the signature out: --no-sign"],
                underlying: said)
        }
    }

    /// The same for a repository at a URL, which the sentence names.
    init(_ error: GitCommandError, at url: GitURL) {
        let plain = RegistryError(error)
        let message = plain.message.contains(url.description) ? plain.message : "\(url): \(plain.message)"
        self.init(
            plain.code, message, subject: plain.subject ?? url.description, hints: plain.hints,
            underlying: plain.underlying)
    }

    /// Git's words without their full stop and capital: `git fetch failed: could not read from remote repository`.
    private static func sentence(_ text: String) -> String {
        let text = text.hasSuffix(".") ? String(text.dropLast()) : text
        return text.replacing("failed: Could not ", with: "failed: could not ")
    }

    /// Runs a piece of work of the `git` program and turns its failure into ours.
    static func wrapping<Value>(
        _ body: () async throws(GitCommandError) -> Value
    ) async throws(RegistryError) -> Value {
        do throws(GitCommandError) { return try await body() } catch { throw RegistryError(error) }
    }

    /// True of a tag that was to be created, and of one that was to be deleted.
    private static let nothingDone = "nothing was changed, there or here"

    /// What to ask of whoever runs the server. The words are those of gitolite 3.6.12: `access` in `Conf/Load.pm` judges
    /// a name by a pattern of `Rc.pm`, which `~/.gitolite.rc` may set anew, and then the person by the rules.
    private static func advice(_ said: String?) -> [String] {
        if said?.contains("invalid characters in ref or filename") == true {
            return [
                "gitolite allows the characters of this name with this line at the top of the server's ~/.gitolite.rc: "
                    + #"$REF_OR_FILENAME_PATT = qr(^[0-9a-zA-Z][-0-9a-zA-Z._\@/+ :,#!=]*$);"#
            ]
        }
        let rule = said?.contains(" DENIED by ") == true
        return ["ask whoever runs the server"] + (rule ? ["gitolite needs a rule for it: RW+ refs/tags/ = USER"] : [])
    }

    private static func rejection(of name: RefName, _ reason: RejectionReason, said: String?) -> RegistryError {
        let tag = name.tag.map { "tag \($0)" } ?? name.description
        let subject = name.description
        return switch reason {
        case .alreadyExists, .changed:
            RegistryError(
                .tagExists, "the remote has another \(tag) already; \(nothingDone)", subject: subject,
                hints: ["git fetch origin --tags, then run the command again"], underlying: said)
        case .hookDeclined, .protected:
            RegistryError(
                .pushRefused, "the remote refused \(tag); \(nothingDone)", subject: subject,
                hints: advice(said), underlying: said)
        case .locked:
            RegistryError(
                .refLocked, "another process holds the lock of \(tag) at the remote; \(nothingDone)", subject: subject,
                hints: ["try again"], underlying: said)
        case .blocked:
            RegistryError(
                .refBlocked, "another ref at the remote stands in the way of \(tag); \(nothingDone)", subject: subject,
                hints: ["to see which: git ls-remote origin 'refs/tags/*'"], underlying: said)
        case .atomic, .notFastForward:
            RegistryError(
                .pushRefused, "the remote refused the push of \(tag); \(nothingDone)", subject: subject,
                hints: ["to see more: git push origin \(name.shellQuoted)"], underlying: said)
        case .other(let words):
            RegistryError(
                .pushRefused, "the remote refused \(tag) (\(words)); \(nothingDone)", subject: subject,
                hints: ["to see more: git push origin \(name.shellQuoted)"], underlying: said)
        }
    }
}
