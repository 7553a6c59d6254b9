import GitTypes
import Glibc
public import RegistryCore

/// A folder of this machine, or of a network file system: DVC's cache and its local remotes, Git LFS's objects.
public struct FolderStore: ObjectStore {
    /// The folder.
    public let path: String

    /// Creates the store; the folder need not exist.
    public init(_ path: String) {
        self.path = path
    }

    /// The place for people, without secrets.
    public var name: String { path }
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { true }
    /// Whether parts can be read side by side.
    public func readsParts(of key: ObjectKey) async throws(RegistryError) -> Bool { false }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ key: ObjectKey, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        let (file, size) = try open(key)
        var isWanted = true
        do throws(RegistryError) {
            try file.read(min(offset, size)..<max(offset, min(end ?? size, size)), shown: full(key)) {
                bytes throws(RegistryError) in
                if Task.isCancelled { throw IncomingFile.interrupted(key.path) }
                isWanted = take(bytes)
                // The reading ends by an error of no meaning.
                if !isWanted { throw IncomingFile.interrupted(key.path) }
            }
        } catch {
            if isWanted { throw error }
        }
    }

    /// The bytes of an object, without reading it.
    public func size(of key: ObjectKey) async throws(RegistryError) -> Int? { try open(key).size }

    /// The objects below a folder; `nil` where there is no telling.
    public func list(below folder: ObjectKey, limit: Int) async throws(RegistryError) -> [StoredObject]? {
        let root = folder.path.isEmpty ? path : full(folder)
        var status = stat()
        guard stat(root, &status) == 0 else { throw missing(root) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return nil }
        var objects: [StoredObject] = []
        try Self.list(try OpenFile.openFolder(root), prefix: "", limit: limit, into: &objects, shown: root)
        return objects
    }

    private static func list(
        _ folder: OpenFile, prefix: String, limit: Int, into objects: inout [StoredObject], shown: String
    ) throws(RegistryError) {
        for name in folder.entryNames().map({
            String(decoding: $0.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        })
        .sorted() {
            let entry = try OpenFile.open(name, in: folder, O_RDONLY | O_NONBLOCK, shown: "\(shown)/\(prefix)\(name)")
            var status = stat()
            guard fstat(entry.number, &status) == 0 else { throw fileError("read", "\(shown)/\(prefix)\(name)") }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                try list(entry, prefix: "\(prefix)\(name)/", limit: limit, into: &objects, shown: shown)
            case S_IFREG:
                if objects.count == limit {
                    throw RegistryError(.tooLarge, "\(shown) has more than \(limit) files", subject: shown)
                }
                objects.append(StoredObject(path: prefix + name, size: Int(status.st_size)))
            default:
                throw RegistryError(
                    .unsafePath, "\(shown)/\(prefix)\(name) is neither a file nor a folder", subject: shown)
            }
        }
    }

    /// Whether there is a file at a path.
    public func holds(_ path: String) -> Bool { access("\(self.path)/\(path)", R_OK) == 0 }

    private func full(_ key: ObjectKey) -> String { "\(path)/\(key.path)" }

    private func open(_ key: ObjectKey) throws(RegistryError) -> (file: OpenFile, size: Int) {
        // A pipe that stands there must not hang us. Links are followed: it is the user's own folder.
        let number = Glibc.open(full(key), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        if number < 0 {
            if errno == ENOENT || errno == ENOTDIR { throw missing(full(key)) }
            if errno == EACCES || errno == EPERM {
                throw RegistryError(
                    .accessDenied, "cannot read \(full(key)): permission denied", subject: key.path,
                    hints: ["ls -l \(full(key).shellQuoted) shows who may"])
            }
            throw fileError("read", full(key))
        }
        let file = OpenFile(number)
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw missing(full(key)) }
        return (file, Int(status.st_size))
    }

    private func missing(_ path: String) -> RegistryError {
        RegistryError(
            .objectNotFound, "there is no file \(path)", subject: path, hints: ["check whether its disk is mounted"])
    }
}
