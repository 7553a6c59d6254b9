public import GitTypes

/// The key of a configuration setting: `remote.origin.url`.
public struct ConfigurationKey: Hashable, Sendable, CustomStringConvertible {
    /// The key as git writes it.
    public let description: String

    /// Checks a key: a section, then optionally a subsection, then a name, separated by dots.
    /// - Throws: ``MalformedValue`` where the section or the name is not made of letters, digits and `-`, the name does
    ///   not start with a letter, or the subsection holds a control character.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        let text = String(text)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        func isWord(_ part: Substring) -> Bool {
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    byte == UInt8(ascii: "-") || byte < 0x80 && Character(UnicodeScalar(byte)).isLetter
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                }
        }
        guard parts.count >= 2, let section = parts.first, let name = parts.last, isWord(section), isWord(name),
            name.first?.isLetter == true, !section.hasPrefix("-"),
            !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else {
            throw MalformedValue(expected: "configuration key", value: text, rule: "it is not 'section.name'")
        }
        self.description = text
    }
}

extension GitCommand {
    /// Creates an empty bare repository, without the hooks and files of a template.
    /// - Parameter path: the folder, which is created where it is missing.
    /// - Returns: the way to the new repository, with this one's environment and limits.
    public func initialiseBare(at path: String) async throws(GitCommandError) -> GitCommand {
        var invocation = Invocation(["init", "--bare", "--quiet", "--template=", "--", path])
        invocation.isInRepository = false
        // libgit2 reads no other formats.
        invocation.settings = ["init.defaultRefFormat=files", "init.defaultObjectFormat=sha1"]
        let output = try await run(invocation)
        guard output.exitCode == 0 else { throw failure(of: invocation, output) }
        return GitCommand(self, gitDirectory: path)
    }

    /// Sets a value in the repository's own configuration, in place of all that it had.
    public func setConfiguration(_ key: ConfigurationKey, _ value: String) async throws(GitCommandError) {
        _ = try await run(["config", "--local", "--replace-all", "--", key.description, value])
    }

    /// The last value of a setting, wherever it was made; `nil` where there is none.
    public func configuration(_ key: ConfigurationKey) async throws(GitCommandError) -> String? {
        let output = try await run(["config", "-z", "--get", "--", key.description], exitCodes: [0, 1])
        return output.exitCode == 0 ? String(lossless: output.bytes.dropLast()) : nil
    }

    private init(_ other: GitCommand, gitDirectory: String) {
        self.gitDirectory = gitDirectory
        self.workingDirectory = other.workingDirectory
        self.environment = other.environment
        self.timeLimit = other.timeLimit
        self.remoteTimeLimit = other.remoteTimeLimit
        self.check = other.check
    }
}
