import ChildProcess
import GitCommand
import GitTypes
import Glibc
import Testing

/// A folder of one test's own with repositories in it, and the real `git` in an environment of its own.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/git-command-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template))
        self.path = String(cString: folder)
    }

    deinit {
        removeTree(path)
    }

    /// What a hermetic caller's environment holds.
    var environment: [String: String] {
        [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": path, "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "TZ": "UTC", "LC_ALL": "C",
            "GIT_AUTHOR_NAME": "Ana Ruiz", "GIT_AUTHOR_EMAIL": "ana@example.com",
            "GIT_COMMITTER_NAME": "Ana Ruiz", "GIT_COMMITTER_EMAIL": "ana@example.com",
            "GIT_AUTHOR_DATE": "1700000000 +0100", "GIT_COMMITTER_DATE": "1700000000 +0100",
        ]
    }

    /// The room under test, for a repository of this folder.
    func command(_ repository: String, _ changes: [String: String?] = [:], timeLimit: Duration = .seconds(60))
        -> GitCommand
    {
        var environment = environment
        for (name, value) in changes { environment[name] = value }
        return GitCommand(
            gitDirectory: gitDirectory(repository), workingDirectory: path, environment: environment,
            timeLimit: timeLimit)
    }

    func gitDirectory(_ repository: String) -> String {
        repository.hasSuffix(".git") ? "\(path)/\(repository)" : "\(path)/\(repository)/.git"
    }

    /// Runs the real git in a folder of this one and returns its output without the last line end.
    @discardableResult
    func git(_ repository: String, _ arguments: String..., input: String = "", mayFail: Bool = false) async throws
        -> String
    {
        var child = ChildProcess(
            program: "git", arguments: arguments, environment: environment, workingDirectory: "\(path)/\(repository)")
        child.input = Array(input.utf8)
        child.timeLimit = .seconds(60)
        let result = try await child.run()
        if !mayFail {
            #expect(result.isSuccess, "git \(arguments): \(String(lossless: result.standardError.bytes))")
        }
        let text = String(lossless: result.standardOutput.bytes)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// A repository `work` with one commit and its remote `origin`, the bare repository `remote.git`.
    func repositories() async throws {
        try await git("", "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
        try await git("", "init", "--quiet", "--initial-branch=main", "work")
        try await git("work", "remote", "add", "origin", "\(path)/remote.git")
        _ = try file("work/model.txt", "weights\n")
        try await git("work", "add", ".")
        try await git("work", "commit", "--quiet", "-m", "first")
    }

    /// Makes an annotated tag in `work` and returns the tag object's id.
    func tag(_ name: String, in repository: String = "work", message: String = "message") async throws -> ObjectID {
        try await git(repository, "tag", "-f", "-a", "-m", message, name)
        return try await id("refs/tags/\(name)", in: repository)
    }

    func id(_ revision: String, in repository: String = "work") async throws -> ObjectID {
        try #require(ObjectID(try await git(repository, "rev-parse", "--verify", revision)))
    }

    /// The refs of a repository, each as `name id`, by the real git.
    func refs(_ repository: String) async throws -> [String] {
        try await git(repository, "for-each-ref", "--format=%(refname) %(objectname)").split(separator: "\n")
            .map(String.init)
    }

    /// Puts a hook into the remote.
    func hook(_ name: String, _ script: String, in repository: String = "remote.git") throws {
        _ = try file("\(repository)/hooks/\(name)", "#!/bin/sh\n" + script + "\n", mode: 0o755)
    }

    /// Writes a file below this folder and returns its path.
    func file(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, mode)
        try #require(descriptor >= 0, "\(file)")
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        return file
    }

    func exists(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }
}

/// The kind of failure of some work; `nil` where it succeeds.
func kind(
    of work: () async throws -> Void, _ location: SourceLocation = #_sourceLocation
) async -> GitCommandError.Kind? {
    do {
        try await work()
        return nil
    } catch let error as GitCommandError {
        return error.kind
    } catch {
        Issue.record("\(error)", sourceLocation: location)
        return nil
    }
}

/// The failure of some work.
func failure(
    of work: () async throws -> Void, _ location: SourceLocation = #_sourceLocation
) async throws -> GitCommandError {
    do {
        try await work()
    } catch let error as GitCommandError {
        return error
    }
    return try #require(nil as GitCommandError?, "nothing was thrown", sourceLocation: location)
}

func tagRef(_ name: String) throws -> RefName { try RefName("refs/tags/\(name)") }

/// Removes a file, or a folder and all that is in it, without following links.
private func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { removeTree("\(path)/\(name)") }
        }
        closedir(folder)
    }
    rmdir(path)
}
