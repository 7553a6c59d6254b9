import GitTypes
import LibGit2
import RegistryCore

/// What remotes were seen to hold otherwise than this repository, when `fetch` last asked them: so that whoever reads the
/// registry afterwards is told, without a network.
///
/// A line `HERE THERE SECONDS REMOTE NAME` for each tag; `THERE` is forty zeros where the tag was withdrawn.
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

    private(set) var differences: [Difference] = []

    /// More than these are reported by `fetch` alone: whoever reads the registry looks at each.
    static let limit = 1000

    private static func path(_ commonDirectory: String) -> String { "\(commonDirectory)/git-model/upstream" }

    /// Reads what is known; nothing where there is no file. A line that is damaged is passed over.
    init(of commonDirectory: String) throws(RegistryError) {
        let path = Self.path(commonDirectory)
        guard let bytes = try RegistrySession.readFile(path, limit: 16 << 20, shown: path) else { return }
        differences = bytes.split(separator: UInt8(ascii: "\n")).prefix(Self.limit).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 4)
            guard fields.count == 5, let here = ObjectID(hexadecimal: fields[0]),
                let there = ObjectID(hexadecimal: fields[1]),
                let seconds = Int64(String(decoding: fields[2], as: UTF8.self)),
                let remote = try? RemoteName(String(decoding: fields[3], as: UTF8.self))
            else { return nil }
            return Difference(
                remote: remote, tag: TagName(bytes: fields[4]), here: here, there: there == .zero ? nil : there,
                firstSeen: Timestamp(seconds: seconds))
        }
    }

    /// Takes over what a remote was seen to hold now.
    mutating func replace(_ receipt: FetchReceipt, now: Timestamp) {
        let before = differences.filter { $0.remote == receipt.remote }
        differences.removeAll { $0.remote == receipt.remote }
        differences += receipt.moved.map { tag in
            Difference(
                remote: receipt.remote, tag: tag.tag, here: tag.here, there: tag.there, firstSeen: tag.firstSeen)
        }
        differences += receipt.withdrawn.map { tag in
            let known = before.first { $0.tag == tag.tag && $0.here == tag.id && $0.there == nil }
            return Difference(
                remote: receipt.remote, tag: tag.tag, here: tag.id, there: nil, firstSeen: known?.firstSeen ?? now)
        }
        differences = Array(differences.prefix(Self.limit))
    }

    /// Keeps it for those who read the registry.
    func write(to commonDirectory: String) throws(RegistryError) {
        let lines = differences.map { difference in
            "\(difference.here) \(difference.there ?? .zero) \(difference.firstSeen.seconds) \(difference.remote) "
                + "\(difference.tag)\n"
        }
        let path = Self.path(commonDirectory)
        try RegistrySession.replaceFile(path, Array(lines.joined().utf8), shown: path)
    }

    /// The differences that are still there: a tag that was fetched by force, or deleted, is none any more.
    func findings(among files: ReferenceFiles) -> [Finding] {
        guard !differences.isEmpty else { return [] }
        return zip(differences, files.objects(ofTags: differences.map(\.tag))).compactMap { difference, id in
            id == difference.here ? Finding(difference) : nil
        }
    }
}

extension Finding {
    fileprivate init(_ difference: UpstreamDifferences.Difference) {
        let (tag, remote) = (difference.tag, difference.remote)
        let seen = "first seen \(difference.firstSeen.iso8601)"
        if let there = difference.there {
            self.init(
                .movedTag, subject: tag.description,
                message: "tag \(tag) is \(difference.here) here and \(there) at \(remote), \(seen)",
                hint: FetchReceipt.adviceToFollow(tag, remote))
        } else {
            self.init(
                .withdrawnTag, subject: tag.description,
                message:
                    "tag \(tag), which is \(difference.here), was withdrawn upstream: \(remote) has it no more, \(seen)",
                hint: FetchReceipt.adviceToWithdraw(tag))
        }
    }
}
