import GitTypes
import LibGit2
import RegistryCore

extension RegistryError {
    /// What a failure of libgit2 means to a person.
    init(_ error: GitError) {
        switch error.kind {
        case .notARepository(let path):
            self.init(
                .notARepository, "no Git repository found in '\(path)'", subject: path,
                hints: ["change into a repository, or name one with -r"])
        case .unsupportedExtension(let name, let value):
            let setting = value.map { "\(name)=\($0)" } ?? name
            self.init(
                .unsupportedRepository,
                "the repository uses the extension '\(setting)', which this program cannot read",
                subject: name, hints: [Self.advice(extension: name)])
        case .dubiousOwnership(let path):
            self.init(
                .dubiousOwnership, "the repository at '\(path)' belongs to another user", subject: path,
                hints: ["git config --global --add safe.directory \(path.shellQuoted)"])
        case .notFound(let what):
            self.init(
                .revisionNotFound, "'\(what)' was not found in the repository", subject: what,
                hints: ["check the spelling, or bring what is missing: git fetch"])
        case .ambiguous(let what):
            self.init(
                .revisionNotFound, "'\(what)' is the start of several ids", subject: what, hints: ["give more digits"])
        case .exists(let name):
            self.init(
                .tagExists, "\(Self.tagPhrase(name)) exists already", subject: name.description,
                hints: ["run the command again: it takes the next free name"])
        case .changed(let name):
            self.init(
                .tagExists, "\(Self.tagPhrase(name)) was changed by another process", subject: name.description,
                hints: ["run the command again"])
        case .refBlocked(let blocking):
            let name = blocking.map { "\($0)" } ?? "another ref"
            self.init(
                .refBlocked, "\(name) stands in the way: a ref cannot be a folder too", subject: blocking?.description,
                hints: [
                    "--simple false gives the tag a counter",
                    "git update-ref -d \(name.shellQuoted) if it is not needed",
                ])
        case .locked(let path, let age):
            let since = age.map { " (\($0) s old)" } ?? ""
            self.init(
                .refLocked, "another process holds the lock \(path)\(since)", subject: path,
                hints: ["try again; if no git process is running, remove the file"])
        case .objectMissing(let id):
            self.init(
                .damagedRepository, "object \(id) is not in the repository", subject: id.description,
                hints: ["git fetch origin \(id), or git fetch --unshallow in a shallow clone"])
        case .damaged(let what):
            self.init(
                .damagedRepository, "\(what) is damaged: \(error.message)", subject: what,
                hints: ["to see more: git fsck", "a fresh clone has what the remote has"])
        case .readOnly(let reason), .inputOutput(let reason):
            self.init(
                .inputOutput, "cannot \(error.operation): \(reason.lowercased())", subject: nil,
                hints: ["check the permissions and the space of the repository's disk"], underlying: error.message)
        case .tooLarge(let size):
            self.init(.tooLarge, "cannot \(error.operation): it has \(size) bytes", hints: ["make it smaller"])
        case .invalid(let rule):
            self.init(.invalidRevision, "cannot \(error.operation): \(rule)", hints: ["check the spelling"])
        case .libraryMissing(let version):
            self.init(.programMissing, error.description, hints: ["apt install libgit2-\(version)"])
        case .other:
            self.init(
                .gitFailed, "cannot \(error.operation): \(error.message)", hints: ["to check the repository: git fsck"])
        }
    }

    /// Runs a piece of work of the Git room and turns its failure into ours.
    static func wrapping<Value>(_ body: () throws(GitError) -> Value) throws(RegistryError) -> Value {
        do throws(GitError) { return try body() } catch { throw RegistryError(error) }
    }

    private static func advice(extension name: String) -> String {
        switch name {
        case "extensions.refstorage": "git refs migrate --ref-format=files"
        case "extensions.objectformat": "use a repository with SHA-1 ids, as GTO and most Git servers need too"
        default: "use a clone of it that does without"
        }
    }

    private static func tagPhrase(_ name: RefName) -> String {
        name.tag.map { "tag \($0)" } ?? name.description
    }
}
