import GitTypes
import LibGit2
import RegistryCore

/// The registry tags that a remote listed last: what the next listing is compared with.
///
/// A line `ID SECONDS NAME` for each: since when that name is known to have that id. The file is replaced whole, after
/// what is new was noted in the journal and what is odd was told, so a crash repeats a report and loses none.
struct WatchedTags: Equatable {
    /// A tag as it was listed.
    struct Seen: Equatable {
        let id: ObjectID
        /// When it was listed so for the first time.
        let time: Timestamp
    }

    var tags: [TagName: Seen] = [:]

    init() {}

    /// - Returns: nothing where there is no file; a line that is damaged is passed over.
    init(contentsOf path: String) throws(RegistryError) {
        guard let bytes = try RegistrySession.readFile(path, limit: 1 << 30, shown: path) else { return }
        tags.reserveCapacity(bytes.count / 80)
        bytes.withUnsafeBytes { bytes in
            for line in bytes.split(separator: 0x0A) {
                let fields = line.split(separator: 0x20, maxSplits: 2)
                guard fields.count == 3, let id = ObjectID(hexadecimal: fields[0]),
                    let seconds = Int64(String(decoding: fields[1], as: UTF8.self))
                else { continue }
                tags[TagName(bytes: fields[2])] = Seen(id: id, time: Timestamp(seconds: seconds))
            }
        }
    }

    func write(to path: String) throws(RegistryError) {
        let lines = tags.map { "\($1.id) \($1.time.seconds) \($0)\n" }.sorted()
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try LocalFolder.create(folder, mode: 0o700, advice: "check the permissions of the repository's folder")
        LocalFolder.removeRemains(in: folder)
        try RegistrySession.replaceFile(path, Array(lines.joined().utf8), shown: path)
    }
}
