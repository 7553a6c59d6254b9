import GitTypes
import Glibc
import LibGit2
import RegistryCore

/// The script of the repository that a hook runs: of the working tree as it stands, or without one of HEAD.
struct HookScript {
    /// Its path from the root of the repository.
    let name: String
    let bytes: [UInt8]
    /// The file of the working tree; `nil` without one, where ``bytes`` are put into a file to be run.
    let file: String?

    /// The most bytes of a script.
    private static let limit = 1 << 20

    /// Finds and reads a script.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/hookFailed`` where it is not there, is not a file that may be
    ///   run, may be changed by everybody, or lies outside the repository.
    static func read(
        _ name: String, of rule: HookRule, _ session: RegistrySession, head: ObjectID?
    ) async throws(RegistryError) -> HookScript {
        func refusal(_ clause: String, _ hint: String) -> RegistryError {
            RegistryError(
                .hookFailed, "hook \(rule.name) cannot run \(name): \(clause)", subject: rule.name, hints: [hint])
        }
        guard session.remote == nil, let root = session.repository.workingDirectory else {
            guard let head else { throw refusal("there is no commit", "push the branch that has it") }
            let files = CommitFiles(session)
            guard let entry = try await files.entry(at: name, of: head),
                entry.mode == .file || entry.mode == .executable
            else { throw refusal("HEAD has no such file", "commit the script, or check its path in 'run'") }
            guard entry.mode == .executable else {
                throw refusal("it is not executable", "git update-index --chmod=+x \(name.shellQuoted), and commit")
            }
            return HookScript(name: name, bytes: try await files.blob(entry.id, limit: limit, file: name), file: nil)
        }
        let path = "\(root)/\(name)"
        guard let resolved = realpath(path, nil) else {
            throw refusal("there is no such file", "commit the script, or check its path in 'run'")
        }
        defer { free(resolved) }
        guard let rootPath = realpath(root, nil) else { throw refusal("the working tree is gone", "look at \(root)") }
        defer { free(rootPath) }
        guard String(cString: resolved).hasPrefix(String(cString: rootPath) + "/") else {
            throw refusal(
                "it is a link that leads out of the repository to \(String(cString: resolved))",
                "run: [\(String(cString: resolved).shellQuoted)] says so openly")
        }
        var status = stat()
        guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal("it is not a file", "check its path in 'run'")
        }
        guard status.st_mode & 0o002 == 0 else {
            throw refusal("everybody may change it", "chmod o-w \(path.shellQuoted)")
        }
        guard access(resolved, X_OK) == 0 else { throw refusal("it is not executable", "chmod +x \(path.shellQuoted)") }
        guard let bytes = try RegistrySession.readFile(path, limit: limit, shown: name) else {
            throw refusal("there is no such file", "commit the script, or check its path in 'run'")
        }
        return HookScript(name: name, bytes: bytes, file: path)
    }
}
