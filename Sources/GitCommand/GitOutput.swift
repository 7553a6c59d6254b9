import GitTypes

/// What a `git` command that ran to its end has printed.
public struct GitOutput: Hashable, Sendable {
    /// The exit status.
    public let exitCode: Int32
    /// The standard output.
    public let bytes: [UInt8]
    /// The standard error, with passwords in addresses replaced; at most 72 KiB, of which the last 8 are the very last.
    public let errorText: String

    /// The standard output as text; bytes that are not UTF-8 are written `\xNN`.
    public var text: String { String(lossless: bytes) }

    /// The standard output's lines without their line ends.
    public var lines: [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: true)
    }
}

/// What `git` wrote to standard error, read as git writes it.
struct GitErrorText {
    /// The whole text, passwords replaced.
    let text: String

    /// The lines that the server sent, without their prefix.
    var remoteText: String {
        let prefix = "remote: "
        return lines.filter { $0.hasPrefix(prefix) || $0 == "remote:" }
            // Git pads each line with blanks, to overwrite what a progress display left there.
            .map { line in
                var line = line.dropFirst(prefix.count)
                while line.last == " " { line = line.dropLast() }
                return String(line)
            }
            .joined(separator: "\n")
    }

    /// Git's own first complaint, without `fatal:` or `error:`; `nil` where it made none.
    var complaint: String? {
        for prefix in ["fatal: ", "error: "] {
            if let line = lines.first(where: { $0.hasPrefix(prefix) }) { return String(line.dropFirst(prefix.count)) }
        }
        return lines.first { !$0.isEmpty && !$0.hasPrefix("remote:") && !$0.hasPrefix("hint:") }.map(String.init)
    }

    private var lines: [Substring] { text.split(whereSeparator: \.isNewline) }
}
