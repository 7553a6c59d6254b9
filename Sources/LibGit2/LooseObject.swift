import CLibGit2
import GitTypes
import Glibc

/// The file of an object that is in no pack.
///
/// libgit2 1.5 never returns from reading one that was cut short, as a power cut leaves it: `git_odb_read` waits for
/// input that does not come. So the compressed stream is followed to its end before libgit2 is let at it. A file whose
/// object cannot be read for another reason is left to libgit2, which says so.
enum LooseObject {
    /// Whether the object has a file in one of the folders and the file ends too early.
    static func isCutShort(_ id: ObjectID, in directories: [[UInt8]]) -> Bool {
        let digits = Array(id.description.utf8)
        let slash = UInt8(ascii: "/")
        return directories.contains { directory in
            let path = directory + [slash] + digits[..<2] + [slash] + digits[2...] + [0]
            let descriptor = Glibc.open(path.map { CChar(bitPattern: $0) }, O_RDONLY | O_CLOEXEC)
            if descriptor < 0 { return false }
            defer { close(descriptor) }
            return isCutShort(descriptor)
        }
    }

    /// The ids of the objects with files whose first byte is this one. Nearly every tag is packed, and looking for a file of
    /// each was a fifth of the time of reading them.
    static func ids(startingWith byte: UInt8, in directories: [[UInt8]]) -> Set<ObjectID> {
        let start = Array([byte].hexadecimal.utf8)
        var found: Set<ObjectID> = []
        for directory in directories {
            let path = directory + [UInt8(ascii: "/")] + start + [0]
            guard let folder = opendir(path.map { CChar(bitPattern: $0) }) else { continue }
            defer { closedir(folder) }
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
                if let id = ObjectID(hexadecimal: start + name) { found.insert(id) }
            }
        }
        return found
    }

    private static func isCutShort(_ descriptor: Int32) -> Bool {
        var stream = z_stream()
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return false }
        defer { inflateEnd(&stream) }
        let size = 65_536
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { input in
            withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { output in
                while true {
                    let count = Glibc.read(descriptor, input.baseAddress, size)
                    if count < 0 && errno == EINTR { continue }
                    if count <= 0 { return count == 0 }
                    stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    stream.avail_in = UInt32(count)
                    repeat {
                        stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                        stream.avail_out = UInt32(size)
                        let code = inflate(&stream, Z_NO_FLUSH)
                        // The end, or bytes that are no such stream: libgit2 finishes with both.
                        if code != Z_OK && code != Z_BUF_ERROR { return false }
                    } while stream.avail_out == 0
                }
            }
        }
    }

    /// The folders that hold objects: the given ones and those that their `info/alternates` name, five steps deep as in
    /// git.
    static func directories(_ given: [[UInt8]], depth: Int = 5) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for directory in given where !found.contains(directory) {
            found.append(directory)
            let file = (directory + "/info/alternates\0".utf8).map { CChar(bitPattern: $0) }
            guard depth > 0, let list = try? FileBytes.read(file, operation: "read the alternates") else { continue }
            let alternates = list.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: "#") }
                .map { $0.first == UInt8(ascii: "/") ? Array($0) : directory + [UInt8(ascii: "/")] + $0 }
            for deeper in directories(alternates, depth: depth - 1) where !found.contains(deeper) {
                found.append(deeper)
            }
        }
        return found
    }
}
