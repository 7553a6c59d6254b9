import Glibc
public import GitTypes
public import RegistryCore

/// Where a repository is: on this machine, or at a URL.
public enum RepositoryLocation: Hashable, Sendable {
    /// The folder to start from, upwards, as Git does. `isExplicit` is false for the current folder by default, where
    /// `GIT_DIR` may say otherwise.
    case folder(String, isExplicit: Bool)
    /// A remote repository, of which only what is needed is fetched.
    case remote(GitURL)

    /// Reads the value of `--repo`; `nil` is the current folder.
    ///
    /// What exists as a path is a folder, whatever it looks like; anything else must be a URL.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/notARepository`` or ``ErrorCode/invalidRevision``.
    public init(argument: String?) throws(RegistryError) {
        guard let argument else {
            self = .folder(".", isExplicit: false)
            return
        }
        if argument.isEmpty {
            throw RegistryError(
                .notARepository, "--repo is empty", subject: "--repo",
                hints: ["leave it out to mean the current folder"])
        }
        var status = stat()
        if !argument.utf8.contains(0), stat(argument, &status) == 0 {
            self = .folder(argument, isExplicit: true)
            return
        }
        if argument.contains(":") {
            do {
                self = .remote(try GitURL(argument))
                return
            } catch {
                throw RegistryError(
                    error, hints: ["use https://host/path, ssh://host/path, user@host:path or a folder that exists"])
            }
        }
        throw RegistryError(
            .notARepository, "'\(argument)' is neither a folder that exists nor a URL", subject: argument,
            hints: ["check the spelling of --repo"])
    }
}
