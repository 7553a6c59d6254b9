import GitTypes
import Glibc
import LibGit2
import Testing

/// What a child process left behind.
struct Outcome {
    let status: Int32
    let output: [UInt8]
    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map { String($0) } }
}

struct CommandFailed: Error {
    let command: [String]
    let outcome: Outcome
}

/// A folder of its own for one test, removed with it, in which the real git makes repositories.
///
/// Git sees no configuration but the repository's own, and the clock and author are fixed.
final class Scratch: Sendable {
    let path: String

    /// Keeps this process's libgit2 away from the machine's configuration, before it is started.
    private static let isHermetic: Bool = {
        for (name, value) in environment(home: "/nonexistent") { setenv(name, value, 1) }
        setenv("GIT_CONFIG_COUNT", "1", 1)
        setenv("GIT_CONFIG_KEY_0", "safe.directory", 1)
        setenv("GIT_CONFIG_VALUE_0", safeDirectory, 1)
        return true
    }()

    /// The one folder that this process may open for another user.
    static let safeDirectory = "/tmp/libgit2-tests-safe-\(getpid())"

    init() throws {
        _ = Self.isHermetic
        var template = Array("/tmp/libgit2-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailed(command: ["mkdtemp"], outcome: Outcome(status: errno, output: []))
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        _ = try? Self.run(["/bin/rm", "-rf", path])
    }

    static func environment(home: String) -> [(String, String)] {
        [
            ("HOME", home), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"), ("TZ", "UTC"), ("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_AUTHOR_NAME", "Ana Ruiz"), ("GIT_AUTHOR_EMAIL", "ana@example.com"),
            ("GIT_COMMITTER_NAME", "Ana Ruiz"), ("GIT_COMMITTER_EMAIL", "ana@example.com"),
            ("GIT_AUTHOR_DATE", "1700000000 +0130"), ("GIT_COMMITTER_DATE", "1700000000 +0130"),
        ]
    }

    /// Makes a repository with one commit on `main`: `model.bin`, `dir/deep/a`, `run.sh`, `link`.
    func repository(_ name: String = "repo", arguments: [String] = []) throws -> String {
        let folder = path + "/" + name
        try git(["init", "-q", "-b", "main"] + arguments + [folder])
        try commit(in: folder, files: ["model.bin": "weights\n", "dir/deep/a": "a\n", "run.sh": "#!/bin/sh\n"])
        return folder
    }

    /// Commits files; gives the commit's id.
    @discardableResult
    func commit(in folder: String, files: KeyValuePairs<String, String>, message: String = "first") throws -> ObjectID {
        for (name, text) in files {
            if let slash = name.lastIndex(of: "/") {
                try Self.run(["/bin/mkdir", "-p", "\(folder)/\(name[..<slash])"])
            }
            try write(text, to: "\(folder)/\(name)")
        }
        if files.contains(where: { $0.key == "run.sh" }) {
            chmod("\(folder)/run.sh", 0o755)
            symlink("model.bin", "\(folder)/link")
        }
        try git(["-C", folder, "add", "-A"])
        try git(["-C", folder, "commit", "-q", "--allow-empty", "-m", message])
        return try id("HEAD", in: folder)
    }

    func id(_ revision: String, in folder: String) throws -> ObjectID {
        try #require(ObjectID(git(["-C", folder, "rev-parse", "--verify", revision]).lines.first ?? ""))
    }

    func write(_ text: String, to file: String) throws {
        try write(Array(text.utf8), to: file)
    }

    func write(_ bytes: [UInt8], to file: String) throws {
        let handle = try #require(fopen(file, "w"))
        fwrite(bytes, 1, bytes.count, handle)
        fclose(handle)
    }

    static func read(_ file: String) -> [UInt8] {
        guard let handle = fopen(file, "r") else { return [] }
        defer { fclose(handle) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, handle), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    /// Runs git and throws where it fails.
    @discardableResult
    func git(_ arguments: [String], input: [UInt8] = [], environment: [(String, String)] = []) throws -> Outcome {
        let outcome = try tryGit(arguments, input: input, environment: environment)
        if outcome.status != 0 { throw CommandFailed(command: ["git"] + arguments, outcome: outcome) }
        return outcome
    }

    /// Runs git and leaves the exit status to the caller.
    func tryGit(_ arguments: [String], input: [UInt8] = [], environment: [(String, String)] = []) throws -> Outcome {
        // Standard input comes from a file: nothing to feed, nothing to wait for.
        let file = "\(path)/input-\(UInt64.random(in: 0 ... .max))"
        try write(input, to: file)
        defer { unlink(file) }
        return try Self.run(
            ["/usr/bin/env", "git", "-c", "gc.auto=0", "-c", "protocol.file.allow=always"] + arguments, input: file,
            environment: Self.environment(home: path) + environment)
    }

    /// Runs a program to its end; what it writes to standard error is dropped.
    @discardableResult
    static func run(
        _ command: [String], input: String = "/dev/null", environment: [(String, String)] = []
    ) throws -> Outcome {
        // A file and not a pipe: of children that are started side by side, one could keep another's pipe open.
        var template = Array("/tmp/libgit2-output-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw CommandFailed(command: command, outcome: Outcome(status: errno, output: []))
        }
        let file = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(file) }
        close(descriptor)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_TRUNC, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let variables = (environment + [("PATH", "/usr/local/bin:/usr/bin:/bin")]).map { "\($0.0)=\($0.1)" }
        var arguments = command.map { strdup($0) } + [nil]
        var pairs = variables.map { strdup($0) } + [nil]
        defer { for text in arguments + pairs { free(text) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, command[0], &actions, nil, &arguments, &pairs)
        if code != 0 { throw CommandFailed(command: command, outcome: Outcome(status: code, output: [])) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        let isExited = status & 0x7F == 0
        return Outcome(status: isExited ? (status >> 8) & 0xFF : 128 + (status & 0x7F), output: read(file))
    }

    /// The tags as `git for-each-ref` lists them: `id name`; `nil` where git fails.
    func tagsByGit(_ folder: String) throws -> [String]? {
        let outcome = try tryGit([
            "-C", folder, "for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/tags",
        ])
        guard outcome.status == 0 else { return nil }
        return outcome.output.split(separator: UInt8(ascii: "\n")).map { String(lossless: $0) }
    }

    /// The tags as this module lists them, in the same form.
    func tagsByUs(_ folder: String) throws -> [String] {
        try Repository.open(at: folder).tagReferences().references.map { "\($0.id) \($0.name)" }
    }

    func isClean(_ folder: String) throws -> Bool {
        try tryGit(["-C", folder, "fsck", "--strict", "--no-dangling"]).status == 0
    }
}

extension Repository {
    /// A tag object as GTO writes one.
    static func gtoTag(_ name: String, of target: ObjectID, message: String? = nil) throws -> TagObject {
        TagObject(
            target: target, name: try TagName(name), tagger: Person(name: "Ana Ruiz", email: "ana@example.com"),
            time: Timestamp(seconds: 1_700_000_000, offsetMinutes: 90),
            message: message ?? "Registering artifact \(name)")
    }
}

/// The kind of error that a closure ends with; `nil` where it ends well.
func failure(_ body: () throws(GitError) -> Void) -> GitError.Kind? {
    do throws(GitError) {
        try body()
        return nil
    } catch {
        return error.kind
    }
}
