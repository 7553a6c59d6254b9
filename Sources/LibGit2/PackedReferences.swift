import GitTypes
import Glibc

/// The refs of one folder that `packed-refs` holds, ordered by the bytes of their names.
///
/// libgit2 lists no refs and reports success where the file is damaged. So every line is checked here, by the rules of
/// git's `refs/packed-backend.c`, and the lines that are asked for are kept.
struct PackedReferences {
    /// One line: where the ref's full name lies in the file, and the id before it.
    struct Line {
        let name: Range<Int>
        let id: ObjectID
        /// What is wrong with the line, though the file can be read on.
        var problem: String?
    }

    /// The whole file.
    let bytes: [UInt8]
    /// The lines whose names start with the prefix.
    let lines: [Line]
    /// Whether all lines of the file are ordered by the bytes of their names.
    let isSorted: Bool

    /// Reads `packed-refs`; a repository without one has no packed refs.
    /// - Throws: ``GitError`` of kind damaged, with the number of the first line that git would refuse too.
    static func read(
        _ path: [CChar], prefix: some Collection<UInt8>, operation: String
    ) throws(GitError) -> PackedReferences {
        try parse(try FileBytes.read(path, operation: operation) ?? [], prefix: prefix, operation: operation)
    }

    /// Reads what `packed-refs` holds.
    /// - Throws: ``GitError`` as ``read(_:prefix:operation:)``.
    static func parse(
        _ bytes: [UInt8], prefix: some Collection<UInt8>, operation: String
    ) throws(GitError) -> PackedReferences {
        let prefix = Array(prefix)
        let (lines, isSorted, failure) = bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return ([Line](), true, PackedReferencesParser.Failure?.none) }
            var parser = PackedReferencesParser(base: base, count: buffer.count, prefix: prefix)
            let failure = parser.parse()
            return (parser.lines, parser.isWholeSorted, failure)
        }
        if let failure {
            throw GitError(
                .damaged(what: "packed-refs"), operation: operation,
                message: "line \(failure.line) of packed-refs \(failure.problem)")
        }
        return PackedReferences(bytes: bytes, lines: lines, isSorted: isSorted)
    }

    /// The bytes of a line's full name.
    func name(_ line: Line) -> ArraySlice<UInt8> { bytes[line.name] }
}

/// What tells one `packed-refs` from the next; git replaces the file and never writes into it.
public struct FileStamp: Hashable, Sendable {
    /// The device, the inode, the size in bytes, and the times of the last change of content and of inode.
    public let words: [Int64]

    /// The stamp of a file; `nil` where there is none.
    init?(_ path: [CChar]) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The stamp of a file; `nil` where there is none.
    public init?(path: String) {
        self.init(Array(path.utf8CString))
    }

    init(_ status: stat) {
        words = [
            Int64(bitPattern: UInt64(status.st_dev)), Int64(bitPattern: UInt64(status.st_ino)), Int64(status.st_size),
            Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec), Int64(status.st_ctim.tv_sec),
            Int64(status.st_ctim.tv_nsec),
        ]
    }

    var size: Int { Int(words[2]) }

    /// Whether the file is so old that another one with the same stamp cannot have come in its place since: two seconds,
    /// since some file systems count in those, and not in the future. Within one tick of the clock a file can be
    /// replaced twice and get its first inode back.
    public var isSettled: Bool {
        let now = Int64(time(nil))
        return now - max(words[3], words[5]) > 2
    }
}

extension Repository {
    /// Whether `packed-refs` is so large that libgit2, which reads it whole for each change of a ref, is slower than git,
    /// which searches it: 256 KiB are 2,000 tags.
    public var hasManyPackedReferences: Bool { FileStamp(path("packed-refs"))?.size ?? 0 > 256 << 10 }

    /// Takes a `packed-refs` for good that was found to be so by somebody else.
    public func trustPackedReferences(_ stamp: FileStamp?) { goodPackedReferences = stamp }

    /// Throws where `packed-refs` is damaged, in which case libgit2 finds no ref in it and says nothing.
    ///
    /// A file that was good is looked at again only when it has changed: finding a revision asks for several refs.
    func checkPackedReferences(operation: String) throws(GitError) {
        let path = path("packed-refs")
        let stamp = FileStamp(path)
        if stamp == goodPackedReferences { return }
        _ = try PackedReferences.read(path, prefix: "refs/none/".utf8, operation: operation)
        goodPackedReferences = stamp
    }
}
