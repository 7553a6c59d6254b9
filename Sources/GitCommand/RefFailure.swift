import GitTypes

/// Reads why git did not change a ref, from the words of `refs/files-backend.c` and `refs.c`.
enum RefFailure {
    /// The failure that a text of git's reports; `nil` where it is about no ref.
    static func kind(in text: String) -> GitCommandError.Kind? {
        for line in text.split(whereSeparator: \.isNewline) {
            if let kind = kind(ofLine: line) { return kind }
        }
        return nil
    }

    /// The ref of each line that reports a failed lock, and what it reports.
    static func failures(in text: String) -> [(ref: RefName, kind: GitCommandError.Kind)] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let ref = quoted(in: line, after: "cannot lock ref '"), let kind = kind(ofLine: line) else {
                return nil
            }
            return (name(ref), kind)
        }
    }

    private static func kind(ofLine line: Substring) -> GitCommandError.Kind? {
        if let tag = quoted(in: line, after: "fatal: tag '"), line.hasSuffix("already exists") {
            return .exists(name(Substring(RefName.tagPrefix + tag)))
        }
        guard let ref = quoted(in: line, after: "cannot lock ref '") else { return nil }
        if line.hasSuffix("reference already exists") { return .exists(name(ref)) }
        if let path = quoted(in: line, after: "Unable to create '"), line.contains("File exists") {
            return .locked(path: String(path))
        }
        if line.contains("' exists; cannot create '"), let other = quoted(in: line, after: "': '") {
            return .blocked(name(ref), by: name(other))
        }
        if let pair = line.firstRange(of: "cannot process '") {
            let names = line[pair.upperBound...].split(separator: "'")
            let other = names.first { $0 != ref && $0.hasPrefix("refs/") } ?? ref
            return .blocked(name(ref), by: name(other))
        }
        if line.contains(" but expected ") || line.contains("unable to resolve reference '") {
            return .changed(name(ref))
        }
        return nil
    }

    private static func quoted(in line: Substring, after opening: String) -> Substring? {
        line.firstRange(of: opening).map { line[$0.upperBound...].prefix { $0 != "'" } }
    }

    private static func name(_ text: Substring) -> RefName { RefName(bytes: text.utf8) }
}
