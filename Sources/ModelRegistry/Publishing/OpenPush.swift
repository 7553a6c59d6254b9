import GitTypes
import Glibc
import LibGit2

/// The tags of an act while they are on their way to a remote, kept in a file until it is known what became of them.
///
/// Where a push breaks off, or this process is killed, the same command finds its tags here and completes the push
/// instead of making others. One file an act; a line `ID NAME` a tag.
struct OpenPush {
    private let path: String

    /// - Parameters:
    ///   - act: everything that makes one command the same as another one, the remote too.
    ///   - commonDirectory: the repository's own folder.
    init(of act: String, in commonDirectory: String) {
        self.path = "\(commonDirectory)/git-model/pushes/\(String(act.stableHash, radix: 16))"
    }

    /// The tags that may or may not have arrived, in their order; none where no push is open.
    var tags: [TagReference] {
        let bytes = (try? LocalFile.read(path, limit: 1 << 16)) ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard line.count > 41, let id = ObjectID(hexadecimal: line.prefix(40)) else { return nil }
            return TagReference(name: TagName(bytes: line.dropFirst(41)), id: id)
        }
    }

    /// Notes the tags, before their refs are made. Where that fails the push goes on: only the convenience is lost.
    func begin(_ tags: [TagObject], _ ids: [ObjectID]) {
        let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        try? LocalFolder.create(folder, mode: 0o777, advice: "")
        LocalFolder.removeRemains(in: folder)
        try? RegistrySession.replaceFile(
            path, Array(zip(tags, ids).map { "\($1) \($0.name)\n" }.joined().utf8), shown: path)
    }

    /// Forgets them.
    func end() { unlink(path) }
}
