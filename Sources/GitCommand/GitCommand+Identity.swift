public import GitTypes

extension GitCommand {
    /// Who commits and when, as git itself answers: from `GIT_COMMITTER_*`, `committer.*`, `user.*` and the clock.
    /// - Throws: ``GitCommandError`` of kind `identityUnknown` where git does not know a name or an email,
    ///   and `invalidDate` where `GIT_COMMITTER_DATE` is none.
    public func committerIdentity() async throws(GitCommandError) -> (Person, Timestamp) {
        let invocation = Invocation(["var", "GIT_COMMITTER_IDENT"])
        let output = try await run(invocation)
        guard output.exitCode == 0 else {
            let isUnknown = Self.identityComplaints.contains { output.errorText.contains($0) }
            let isDate = output.errorText.contains("invalid date format")
            throw failure(of: invocation, output, kind: isUnknown ? .identityUnknown : isDate ? .invalidDate : nil)
        }
        guard let identity = Self.identity(output.text) else {
            throw GitCommandError(.failed, operation: "var", message: "git var printed no identity", exitCode: 0)
        }
        return identity
    }

    private static let identityComplaints = [
        "Please tell me who you are", "empty ident name", "disallowed characters", "no email was given",
        "no name was given", "unable to auto-detect",
    ]

    /// Reads `Name <email> seconds offset`.
    static func identity(_ text: String) -> (Person, Timestamp)? {
        let line = text.prefix { $0 != "\n" }
        guard let open = line.firstIndex(of: "<"), let close = line.lastIndex(of: ">"), open < close else { return nil }
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count == 2, let seconds = Int64(fields[0]), fields[1].utf8.count == 5, let zone = Int(fields[1])
        else { return nil }
        var name = line[..<open]
        if name.last == " " { name = name.dropLast() }
        let person = Person(name: String(name), email: String(line[line.index(after: open)..<close]))
        return (person, Timestamp(seconds: seconds, offsetMinutes: zone / 100 * 60 + zone % 100))
    }
}
