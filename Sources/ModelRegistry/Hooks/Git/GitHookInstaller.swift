import GitTypes
import Glibc
import RegistryCore

/// Puts our Git hooks into the folder that Git starts them from, and takes them out.
///
/// At every moment there is a whole hook: somebody else's gets a second name before ours takes the first one.
struct GitHookInstaller {
    let folder: GitHookFolder

    func install(_ hook: GitHook, program: String, isDryRun: Bool) throws(RegistryError) -> GitHookReceipt {
        let script = GitHookScript(hook: hook, program: program).text
        let file = folder.file(hook)
        let other = folder.otherFile(hook)
        let present = try folder.content(hook)
        let isOurs = folder.isOurs(present)
        var receipt = GitHookReceipt(
            hook: hook, file: folder.shown(file), change: present == nil || !isOurs ? .created : .replaced,
            script: script)
        if present == nil || isOurs {
            if exists(other) { receipt.other = folder.shown(other) }
        } else {
            receipt.other = folder.shown(other)
            if exists(other) {
                throw RegistryError(
                    .targetExists,
                    "the hook \(receipt.file) is somebody else's, and the name that it would get, \(folder.shown(other)), is taken",
                    subject: receipt.file,
                    hints: ["make one hook of the two: diff \(file.shellQuoted) \(other.shellQuoted)"])
            }
        }
        if present == Array(script.utf8) { receipt.change = .unchanged }
        if isDryRun { return receipt }
        try LocalFolder.create(folder.path, mode: 0o777, advice: "check the permissions of the repository's folder")
        if receipt.change == .unchanged, access(file, X_OK) == 0 { return receipt }
        let temporary = "\(file).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
        defer { unlink(temporary) }
        try RegistrySession.replaceFile(temporary, Array(script.utf8), shown: receipt.file)
        guard chmod(temporary, 0o755) == 0 else { throw failure(file, "write") }
        if present != nil, !isOurs {
            // A second name, where the file system has such; else there is no hook for a moment.
            if link(file, other) != 0, errno == EEXIST || rename(file, other) != 0 { throw failure(other, "write") }
        }
        guard rename(temporary, file) == 0 else { throw failure(file, "write") }
        return receipt
    }

    func uninstall(_ hook: GitHook, isDryRun: Bool) throws(RegistryError) -> GitHookReceipt {
        let file = folder.file(hook)
        let other = folder.otherFile(hook)
        let present = try folder.content(hook)
        guard folder.isOurs(present) else {
            return GitHookReceipt(
                hook: hook, file: folder.shown(file), change: present == nil ? .absent : .foreign, script: "")
        }
        var receipt = GitHookReceipt(hook: hook, file: folder.shown(file), change: .removed, script: "")
        if exists(other) { receipt.other = folder.shown(other) }
        if isDryRun { return receipt }
        guard (receipt.other == nil ? unlink(file) : rename(other, file)) == 0 else { throw failure(file, "remove") }
        return receipt
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func failure(_ path: String, _ verb: String) -> RegistryError {
        RegistryError(
            .inputOutput, "cannot \(verb) \(folder.shown(path)): \(String(cString: strerror(errno)).lowercased())",
            subject: path, hints: ["check the permissions and the space of its folder"])
    }
}
