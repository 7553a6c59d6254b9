import GitTypes
import LibGit2
import RegistryCore

/// What remotes held otherwise than this repository when `fetch` last asked them: so that whoever reads the registry
/// afterwards is told, without a network.
///
/// A line `HERE THERE SECONDS REMOTE NAME` for each tag, `THERE` being forty zeros where the tag was withdrawn; `more COUNT
/// REMOTE` where a remote has more of them than are kept. It is advice: where it cannot be read or kept, nothing is told.
struct UpstreamDifferences: Equatable {
    /// A tag that is another one at a remote, or that is there no more.
    struct Difference: Equatable {
        let remote: RemoteName
        let tag: TagName
        let here: ObjectID
        /// `nil` where the remote had it and has it no more.
        let there: ObjectID?
        let firstSeen: Timestamp
    }

    private var differences: [Difference] = []
    /// How many more each remote has.
    private var more: [RemoteName: Int] = [:]
    private let path: String

    /// How many are kept of a remote: whoever reads the registry looks at each.
    private static let limit = 1000

    var isEmpty: Bool { differences.isEmpty && more.isEmpty }

    /// Reads what is known; nothing where there is no file. A line that is damaged is passed over.
    init(of commonDirectory: String) {
        path = "\(commonDirectory)/git-model/upstream"
        guard let bytes = (try? RegistrySession.readFile(path, limit: 16 << 20, shown: path)) ?? nil else { return }
        for line in bytes.split(separator: UInt8(ascii: "\n")).prefix(16 * Self.limit) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 4)
            let texts = fields.prefix(4).map { String(decoding: $0, as: UTF8.self) }
            if fields.count == 3, texts[0] == "more", let count = Int(texts[1]), count > 0,
                let remote = try? RemoteName(texts[2])
            {
                more[remote] = count
            } else if fields.count == 5, let here = ObjectID(hexadecimal: fields[0]),
                let there = ObjectID(hexadecimal: fields[1]), let seconds = Int64(texts[2]),
                let remote = try? RemoteName(texts[3])
            {
                differences.append(
                    Difference(
                        remote: remote, tag: TagName(bytes: fields[4]), here: here, there: there == .zero ? nil : there,
                        firstSeen: Timestamp(seconds: seconds)))
            }
        }
    }

    /// Takes over what a remote was seen to hold now.
    mutating func replace(_ receipt: FetchReceipt, now: Timestamp) {
        var before: [TagName: Difference] = [:]
        for difference in differences where difference.remote == receipt.remote { before[difference.tag] = difference }
        keep { $0.remote != receipt.remote }
        let all = receipt.moved.count + receipt.withdrawn.count
        more[receipt.remote] = all > Self.limit ? all - Self.limit : nil
        differences += receipt.moved.prefix(Self.limit).map { tag in
            Difference(
                remote: receipt.remote, tag: tag.tag, here: tag.here, there: tag.there, firstSeen: tag.firstSeen)
        }
        differences += receipt.withdrawn.prefix(max(0, Self.limit - receipt.moved.count)).map { tag in
            let known = before[tag.tag].flatMap { $0.here == tag.id && $0.there == nil ? $0 : nil }
            return Difference(
                remote: receipt.remote, tag: tag.tag, here: tag.id, there: nil, firstSeen: known?.firstSeen ?? now)
        }
    }

    /// Forgets all but some.
    mutating func keep(_ isKept: (Difference) -> Bool) {
        differences.removeAll { !isKept($0) }
    }

    /// Forgets remotes that are gone, or have another name now.
    mutating func keep(remotes isThere: (RemoteName) -> Bool) {
        let remotes = Set(differences.map(\.remote) + more.keys).filter(isThere)
        keep { remotes.contains($0.remote) }
        more = more.filter { remotes.contains($0.key) }
    }

    /// Keeps it for those who read the registry.
    func write() {
        let lines =
            differences.map { difference in
                "\(difference.here) \(difference.there ?? .zero) \(difference.firstSeen.seconds) \(difference.remote) "
                    + "\(difference.tag)\n"
            } + more.map { "more \($1) \($0)\n" }.sorted()
        try? RegistrySession.replaceFile(path, Array(lines.joined().utf8), shown: path)
    }

    /// The differences that are still there: a tag that was fetched by force, or deleted, is none any more.
    func findings(among files: ReferenceFiles) -> [Finding] {
        let ids = files.objects(ofTags: differences.map(\.tag))
        let known = zip(differences, ids).compactMap { $0.here == $1 ? Finding($0) : nil }
        return known + more.sorted { $0.key.description < $1.key.description }.map { Finding(more: $1, at: $0) }
    }
}

extension Finding {
    fileprivate init(_ difference: UpstreamDifferences.Difference) {
        let (tag, remote) = (difference.tag, difference.remote)
        let seen = "when it was last fetched from, first seen \(difference.firstSeen.iso8601)"
        if let there = difference.there {
            self.init(
                .movedTag, subject: tag.description,
                message: "tag \(tag) is \(difference.here) here, and was \(there) at \(remote) \(seen)",
                hint: "to take over the one there: \(FetchReceipt.adviceToFollow(tag, remote)); "
                    + "to look again: git model fetch --remote \(remote)")
        } else {
            self.init(
                .withdrawnTag, subject: tag.description,
                message:
                    "tag \(tag), which is \(difference.here), was withdrawn upstream: \(remote) had it no more \(seen)",
                hint: "to delete it here too: \(FetchReceipt.adviceToWithdraw(tag)); "
                    + "to publish it again: \(FetchReceipt.adviceToPublish(tag, remote))")
        }
    }

    fileprivate init(more count: Int, at remote: RemoteName) {
        self.init(
            .movedTag, subject: remote.description,
            message: "\(count) more tags were moved or withdrawn at \(remote) when it was last fetched from",
            hint: "to see them all: git model fetch --remote \(remote)")
    }
}
