/// A page of what `ListObjectsV2` answers with `encoding-type=url`.
///
/// The answer is XML of a fixed, flat shape, whose texts are percent-encoded here: elements are looked up by their tags.
struct S3Listing {
    /// The objects, by key.
    private(set) var objects: [StoredObject] = []
    /// What asks for the next page; `nil` on the last.
    private(set) var continuation: String?

    init(_ body: [UInt8]) {
        var rest = String(decoding: body, as: UTF8.self)[...]
        let isTruncated = Self.element("IsTruncated", in: rest) == "true"
        continuation = isTruncated ? Self.element("NextContinuationToken", in: rest).map(Self.unescaped) : nil
        while let entry = Self.element("Contents", in: rest) {
            if let key = Self.element("Key", in: entry) {
                let size = Self.element("Size", in: entry).flatMap { Int($0) }
                objects.append(StoredObject(path: Self.percentDecoded(Self.unescaped(key)), size: size))
            }
            rest = rest[entry.endIndex...]
        }
    }

    /// The text between the first start tag of a name and the end tag after it.
    private static func element(_ name: String, in text: Substring) -> Substring? {
        guard let start = text.firstRange(of: "<\(name)>") else { return nil }
        let rest = text[start.upperBound...]
        return rest.firstRange(of: "</\(name)>").map { rest[..<$0.lowerBound] }
    }

    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#34;", "\""), ("&amp;", "&")]
            .reduce(String(text)) { $0.replacing($1.0, with: $1.1) }
    }

    private static func percentDecoded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[position + 1...position + 2], as: UTF8.self), radix: 16)
            {
                decoded.append(byte)
                position += 3
            } else {
                decoded.append(bytes[position] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[position])
                position += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
