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

    /// Reads `packed-refs`; a repository without one has no packed refs.
    /// - Throws: ``GitError`` of kind damaged, with the number of the first line that git would refuse too.
    static func read(
        _ path: [CChar], prefix: some Collection<UInt8>, operation: String
    ) throws(GitError) -> PackedReferences {
        guard let bytes = try FileBytes.read(path, operation: operation), !bytes.isEmpty else {
            return PackedReferences(bytes: [], lines: [])
        }
        let prefix = Array(prefix)
        let (lines, failure) = bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return ([Line](), PackedReferencesParser.Failure?.none) }
            var parser = PackedReferencesParser(base: base, count: buffer.count, prefix: prefix)
            let failure = parser.parse()
            return (parser.lines, failure)
        }
        if let failure {
            throw GitError(
                .damaged(what: "packed-refs"), operation: operation,
                message: "line \(failure.line) of packed-refs \(failure.problem)")
        }
        return PackedReferences(bytes: bytes, lines: lines)
    }

    /// The bytes of a line's full name.
    func name(_ line: Line) -> ArraySlice<UInt8> { bytes[line.name] }
}

/// What tells one `packed-refs` from the next; git replaces the file and never writes into it.
struct FileStamp: Equatable {
    let inode: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    /// The stamp of a file; `nil` where there is none.
    init?(_ path: [CChar]) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
}

extension Repository {
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
