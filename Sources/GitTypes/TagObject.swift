/// A Git tag object: what `git cat-file tag` prints, taken apart.
///
/// ```
/// object 8a1eb65b338b194b1579b3436cbba09fb7edb0c7
/// type commit
/// tag churn@v3.1.0
/// tagger Ana Ruiz <ana@example.com> 1693814013 +0000
///
/// Registering artifact churn version v3.1.0
/// ```
public struct TagObject: Hashable, Sendable {
    /// The object that is tagged.
    public var target: ObjectID
    /// What that object is, as the tag says: `commit`, `tree`, `blob`, `tag`.
    public var targetType: String
    /// The name inside the object. A ref may call it otherwise; GTO goes by this one.
    public var name: TagName
    /// Who made the tag.
    public var tagger: Person
    /// When, by the tagger's clock.
    public var time: Timestamp
    /// The message without the signature, as it was written.
    public var message: String
    /// The signature at the end of the message, with its first and last line; `nil` where there is none.
    public var signature: String?

    /// Creates a tag object of a commit.
    public init(
        target: ObjectID, targetType: String = "commit", name: TagName, tagger: Person, time: Timestamp,
        message: String,
        signature: String? = nil
    ) {
        self.target = target
        self.targetType = targetType
        self.name = name
        self.tagger = tagger
        self.time = time
        self.message = message
        self.signature = signature
    }

    /// The longest message that is kept, in bytes. A longer one is cut there, and what is left out is counted at its
    /// end, so that no tag can fill the memory or the screen of whoever lists a registry.
    public static let messageLimit = 2 << 20

    /// Why the bytes of a tag object cannot be used.
    public enum Defect: String, Error, Hashable, Sendable {
        /// No blank line between header and message, or a header line out of place.
        case header = "its header is damaged"
        /// The `object` line holds no id.
        case target = "its target is not an object id"
        /// No `tagger` line, as in tags made before 2005.
        case noTagger = "it has no tagger"
        /// The `tagger` line is not `Name <email> seconds offset`.
        case tagger = "its tagger line is damaged"
        /// The tagger's name is empty, which GTO cannot read.
        case emptyTagger = "its tagger has no name"
        /// The message is not UTF-8, which GTO cannot read.
        case encoding = "its message or tagger is not UTF-8"
    }

    /// Takes the bytes of a tag object apart.
    /// - Parameter neighbour: another tag, likely of the same tagger: texts that are the same are shared with it.
    /// - Throws: ``Defect``; never traps, whatever the bytes.
    public init(parsing bytes: UnsafeRawBufferPointer, beside neighbour: TagObject? = nil) throws(Defect) {
        var lines = HeaderLines(bytes)
        guard let object = lines.next(key: "object ") else { throw .header }
        guard let target = ObjectID(hexadecimal: object) else { throw .target }
        guard let type = lines.next(key: "type "), let name = lines.next(key: "tag ") else { throw .header }
        guard let tagger = lines.next(key: "tagger ") else { throw .noTagger }
        guard let message = lines.message() else { throw .header }

        let (person, time) = try Self.parseIdentity(tagger, known: neighbour?.tagger)
        if person.name.isEmpty { throw .emptyTagger }
        let (body, signature) = Self.splitSignature(message)
        let kept = Self.shortened(body)
        guard let text = String(validating: kept, as: UTF8.self) else { throw .encoding }

        self.target = target
        self.targetType = type.elementsEqual("commit".utf8) ? "commit" : String(lossless: type)
        self.name = TagName(bytes: name)
        self.tagger = person
        self.time = time
        self.message = kept.count == body.count ? text : "\(text)… (+\(body.count - kept.count) bytes)"
        self.signature = signature.map { String(lossless: Self.shortened($0)) }
    }

    /// Takes bytes held in an array apart.
    /// - Throws: ``Defect``.
    public init(parsing bytes: [UInt8]) throws(Defect) {
        let result: Result<TagObject, Defect> = bytes.withUnsafeBytes { buffer in
            do throws(Defect) { return .success(try TagObject(parsing: buffer)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    /// The bytes of the object, as they are hashed and stored, without the signature.
    ///
    /// The message is written as it is: GTO ends it without a newline, `git tag -m` with one.
    public var payload: [UInt8] {
        var text = "object \(target)\ntype \(targetType)\ntag \(name)\n"
        text += "tagger \(tagger) \(time.seconds) \(time.gitOffset)\n\n"
        return Array((text + message).utf8)
    }

    /// Reads `Name <email> seconds offset`, the form of an author, committer and tagger line.
    /// - Throws: ``Defect/tagger`` or ``Defect/encoding``.
    public static func parseIdentity(_ line: some Collection<UInt8>) throws(Defect) -> (Person, Timestamp) {
        let result: Result<(Person, Timestamp), Defect> = Array(line).withUnsafeBytes { bytes in
            do throws(Defect) { return .success(try parseIdentity(bytes, known: nil)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// - Parameter known: who it may be.
    private static func parseIdentity(
        _ line: UnsafeRawBufferPointer, known: Person?
    ) throws(Defect) -> (Person, Timestamp) {
        guard let open = line.firstIndex(of: UInt8(ascii: "<")),
            let close = line.lastIndex(of: UInt8(ascii: ">")), open < close
        else { throw .tagger }
        var nameBytes = UnsafeRawBufferPointer(rebasing: line[..<open])
        if nameBytes.last == UInt8(ascii: " ") { nameBytes = UnsafeRawBufferPointer(rebasing: nameBytes.dropLast()) }
        let emailBytes = UnsafeRawBufferPointer(rebasing: line[(open + 1)..<close])
        let person: Person
        if let known, known.name.compareBytes(with: nameBytes) == 0, known.email.compareBytes(with: emailBytes) == 0 {
            person = known
        } else {
            guard let name = String(validating: nameBytes, as: UTF8.self),
                let email = String(validating: emailBytes, as: UTF8.self)
            else { throw .encoding }
            person = Person(name: name, email: email)
        }
        let fields = line[(close + 1)...].split(separator: UInt8(ascii: " "))
        guard let first = fields.first, let seconds = Int64(String(decoding: first, as: UTF8.self)),
            seconds.magnitude < 1 << 47
        else { throw .tagger }
        let offset = fields.count > 1 ? parseOffset(fields[1]) : 0
        return (person, Timestamp(seconds: seconds, offsetMinutes: offset))
    }

    /// Minutes east of UTC of `+0130`; zero for anything that is no such text.
    private static func parseOffset(_ text: some Collection<UInt8>) -> Int {
        let digits = text.dropFirst()
        guard let sign = text.first, digits.count == 4, let value = Int(String(decoding: digits, as: UTF8.self)),
            value >= 0
        else { return 0 }
        let minutes = value / 100 * 60 + value % 100
        return sign == UInt8(ascii: "-") ? -minutes : minutes
    }

    /// The first ``messageLimit`` bytes at most, cut between two characters.
    private static func shortened(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard bytes.count > messageLimit else { return bytes }
        var end = messageLimit
        while end > messageLimit - 4, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[..<end])
    }

    /// Cuts a signature off the end of a message, where Git's own `parse_signed_buffer` cuts it: at the last line
    /// that begins one.
    private static func splitSignature(
        _ message: UnsafeRawBufferPointer
    ) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) {
        let marks = [
            "-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SIGNED MESSAGE-----",
            "-----BEGIN SSH SIGNATURE-----",
        ]
        var start = 0
        var cut: Int?
        while start < message.count {
            let rest = UnsafeRawBufferPointer(rebasing: message[start...])
            if rest.first == UInt8(ascii: "-"), marks.contains(where: { rest.starts(with: $0.utf8) }) { cut = start }
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { break }
            start += end + 1
        }
        guard let cut else { return (message, nil) }
        return (UnsafeRawBufferPointer(rebasing: message[..<cut]), UnsafeRawBufferPointer(rebasing: message[cut...]))
    }
}

/// The header of a tag object, a line at a time.
private struct HeaderLines {
    /// No name is longer; a header line that is belongs to no tag that Git made.
    private static let lengthLimit = 65_536

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The rest of the next line where it starts with `key`; `nil`, and no step, where it does not.
    mutating func next(key: StaticString) -> UnsafeRawBufferPointer? {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        let length = key.utf8CodeUnitCount
        guard rest.count >= length, rest.starts(with: UnsafeBufferPointer(start: key.utf8Start, count: length)),
            let end = rest.firstIndex(of: UInt8(ascii: "\n")), end <= Self.lengthLimit
        else { return nil }
        position += end + 1
        return UnsafeRawBufferPointer(rebasing: rest[length..<end])
    }

    /// What follows the blank line, past any header lines that this module does not know.
    mutating func message() -> UnsafeRawBufferPointer? {
        while position < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            position += end + 1
            if end == 0 { return UnsafeRawBufferPointer(rebasing: bytes[position...]) }
        }
        return position == bytes.count ? UnsafeRawBufferPointer(rebasing: bytes[position...]) : nil
    }
}
