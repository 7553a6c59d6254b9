/// Where DVC keeps an object, as a path below a cache or a remote.
public struct DVCObjectPath: Hashable, Sendable, CustomStringConvertible {
    /// The path, with `/`: `files/md5/ab/cdef…` or `ab/cdef….dir`.
    public let description: String
    /// Whether it is where DVC 1 and 2 keep objects. The MD5 of a text was then taken after CRLF became LF.
    public let isLegacy: Bool

    /// The path of an object.
    /// - Parameter md5: 32 lower-case digits; `nil` comes back for anything else.
    public init?(md5: String, isDirectory: Bool = false, isLegacy: Bool = false) {
        guard MD5Text.isDigest(md5) else { return nil }
        let path = "\(md5.prefix(2))/\(md5.dropFirst(2))" + (isDirectory ? ".dir" : "")
        self.description = isLegacy ? path : "files/md5/\(path)"
        self.isLegacy = isLegacy
    }

    /// The places to look in, the likeliest first.
    ///
    /// DVC itself looks in one place alone. The other follows, because `dvc cache migrate` moves objects while files of
    /// older commits still name them the old way, and because a digest is the same name in both.
    public static func candidates(md5: String, isDirectory: Bool = false, isLegacy: Bool = false) -> [DVCObjectPath] {
        [isLegacy, !isLegacy].compactMap { DVCObjectPath(md5: md5, isDirectory: isDirectory, isLegacy: $0) }
    }
}
