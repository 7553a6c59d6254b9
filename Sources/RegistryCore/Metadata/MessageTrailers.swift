/// The trailers at the end of a tag's message: `Key: value` lines, read exactly as Git reads them.
///
/// `git for-each-ref --format='%(contents:trailers:only,unfold)'` is the standard. The message is that of
/// ``GitTypes/TagObject/message``, from which a signature has been cut.
public enum MessageTrailers {
    /// One trailer.
    public struct Trailer: Hashable, Sendable {
        /// The key as written; Git compares keys without regard to case.
        public let key: String
        /// The value on one line, without blanks around it.
        public let value: String

        /// Creates a trailer.
        public init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The keys that ``ReleaseFacts`` is written with.
    public static let keys = ["Artifact-Path", "Artifact-Type", "Artifact-Digest", "Artifact-Size", "Metric", "Source"]
    /// The most metrics of one release.
    public static let metricLimit = 50
    /// The most bytes of a message.
    public static let byteLimit = 1 << 20

    /// The trailers of a message, in their order; none for a message over 1 MiB, which this program never writes.
    public static func parse(_ message: String) -> [Trailer] {
        guard message.utf8.count <= byteLimit else { return [] }
        return TrailerBlock(Array(message.utf8)).trailers
    }

    /// The message without its trailers and the blank lines before them.
    public static func text(of message: String) -> String {
        guard message.utf8.count <= byteLimit else { return message }
        let bytes = Array(message.utf8)
        let block = TrailerBlock(bytes)
        guard !block.trailers.isEmpty else { return message }
        var text = bytes[..<block.start]
        while let last = text.last, TrailerBlock.isSpace(last) { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes a tag's message: the text, a blank line, the facts as trailers; without a newline at the end, as GTO does.
    ///
    /// Whatever the text holds, the facts that are read are those that were written. CRLF and CR become LF and blanks
    /// around the text go. A line of the text is written behind `> `, as mail quotes a line, where Git or this program
    /// would take it for something else: one with a key of ours (outside the first paragraph, which never holds
    /// trailers), `---` and a scissors line, at which Git's tools stop reading, and the first line of a signature.
    /// - Parameters:
    ///   - message: the default subject, or the text that the user gave in its place.
    ///   - facts: none writes the text alone, as GTO does.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/tooLarge`` over 1 MiB or over 50 metrics, and with
    ///   ``ErrorCode/invalidArguments`` where the text is empty or holds a NUL.
    public static func compose(message: String, facts: ReleaseFacts) throws(RegistryError) -> String {
        if message.utf8.count > byteLimit { throw tooLarge(message.utf8.count) }
        if message.utf8.contains(0) {
            throw RegistryError(
                .invalidArguments, "the message holds a NUL character", hints: ["give the message as text"])
        }
        let text = MessageText.quoted(message)
        if text.isEmpty {
            throw RegistryError(
                .invalidArguments, "the message is empty", hints: ["leave -m out for the default message"])
        }
        let trailers = try trailers(of: facts)
        guard !trailers.isEmpty else { return text }
        let result = text + "\n\n" + trailers.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
        if result.utf8.count > byteLimit { throw tooLarge(result.utf8.count) }
        return result
    }

    private static func trailers(of facts: ReleaseFacts) throws(RegistryError) -> [Trailer] {
        if facts.metrics.count > metricLimit {
            throw RegistryError(
                .tooLarge, "\(facts.metrics.count) metrics are more than the \(metricLimit) that a tag carries",
                hints: ["name the metrics that matter"])
        }
        var trailers: [Trailer] = []
        func add(_ key: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            trailers.append(Trailer(key, TrailerValue.escaped(value)))
        }
        add("Artifact-Path", facts.path)
        add("Artifact-Type", facts.type)
        add("Artifact-Digest", facts.digest?.description)
        if let size = facts.size, size >= 0 { add("Artifact-Size", String(size)) }
        for metric in facts.metrics where !metric.name.isEmpty {
            let name = TrailerValue.escaped(metric.name, alsoEscaping: "=")
            trailers.append(Trailer("Metric", "\(name)=\(TrailerValue.escaped(metric.value))"))
        }
        add("Source", facts.source)
        return trailers
    }

    private static func tooLarge(_ count: Int) -> RegistryError {
        RegistryError(
            .tooLarge, "the message has \(count) bytes, more than the \(byteLimit) that a tag may carry",
            hints: ["put the text into a file and name the file in the message"])
    }
}

extension ReleaseFacts {
    /// Reads the facts out of a tag's message.
    ///
    /// A value that is not what its key asks for is left out; so is one that is given twice and not alike, since
    /// nothing says which of the two holds. Of metrics the first 50 are read.
    public init(message: String) {
        var values: [String: [String]] = [:]
        for trailer in MessageTrailers.parse(message) {
            values[trailer.key.lowercased(), default: []].append(trailer.value)
        }
        func single(_ key: String) -> String? {
            guard let all = values[key], let first = all.first, all.allSatisfy({ $0 == first }), !first.isEmpty else {
                return nil
            }
            return TrailerValue.unescaped(first)
        }
        self.init(
            path: single("artifact-path"), type: single("artifact-type"),
            digest: single("artifact-digest").flatMap { Digest($0) },
            size: single("artifact-size").flatMap { text in
                text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
            }, source: single("source"))
        for value in values["metric"] ?? [] where metrics.count < MessageTrailers.metricLimit {
            guard let sign = value.utf8.firstIndex(of: UInt8(ascii: "=")), sign != value.startIndex else { continue }
            let name = TrailerValue.unescaped(String(value[..<sign]))
            // As bytes: a combining mark behind the sign would be one character with it.
            metrics.append(Metric(name, TrailerValue.unescaped(String(value[value.utf8.index(after: sign)...]))))
        }
    }
}
