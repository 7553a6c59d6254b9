public import GitTypes

/// One ref of a remote.
public struct RemoteReference: Hashable, Sendable {
    /// Its name.
    public let name: RefName
    /// The object that it holds: for an annotated tag the tag object.
    public let id: ObjectID
    /// The object that an annotated tag stands for in the end; `nil` for every other ref.
    public let peeled: ObjectID?

    /// Creates a ref of a remote.
    public init(name: RefName, id: ObjectID, peeled: ObjectID? = nil) {
        self.name = name
        self.id = id
        self.peeled = peeled
    }
}

/// The refs of a remote.
public struct RemoteListing: Hashable, Sendable {
    /// The refs, in the remote's order. `HEAD` is among them where it was asked for or everything was.
    public let references: [RemoteReference]
    /// The branch that the remote's `HEAD` names; `nil` where it was not listed or names none.
    public let headTarget: RefName?
}

extension GitCommand {
    /// Lists the refs of a remote without fetching anything.
    /// - Parameters:
    ///   - patterns: full names, or globs of git's kind (`refs/tags/churn@*`); none lists everything.
    ///   - limit: the most bytes of answer that are accepted.
    /// - Throws: ``GitCommandError`` of kind `remoteUnreachable`, `authenticationFailed` or `tooLarge`.
    public func listRemote(
        _ remote: Remote, patterns: [String] = [], limit: Int = 256 << 20, timeLimit: Duration? = nil
    ) async throws(GitCommandError) -> RemoteListing {
        // `refs/tags/v1` does not match the line of what the tag stands for, `refs/tags/v1^{}`.
        let peeledPatterns = patterns.flatMap { $0.hasSuffix("*") ? [$0] : [$0, $0 + "^{}"] }
        var invocation = Invocation(
            ["ls-remote", "--quiet", "--symref", "--", remote.argument] + peeledPatterns, limit: limit)
        invocation.use = .fetch(remote)
        invocation.timeLimit = timeLimit
        let output = try await run(invocation)
        guard output.exitCode == 0 else { throw failure(of: invocation, output) }
        guard let listing = RemoteListing(parsing: output.bytes) else {
            throw GitCommandError(
                .failed, operation: "ls-remote", message: "\(remote) lists refs in an unknown format", exitCode: 0)
        }
        return listing
    }
}

extension RemoteListing {
    /// Reads `id TAB name` and `ref: target TAB name` lines; `nil` where a line is neither, as in a SHA-256 repository.
    init?(parsing bytes: [UInt8]) {
        var references: [RemoteReference] = []
        var headTarget: RefName?
        var last: Range<Int>?
        let isWhole = bytes.withUnsafeBytes { all -> Bool in
            var start = 0
            while start < all.count {
                let end = all[start...].firstIndex(of: UInt8(ascii: "\n")) ?? all.count
                defer { start = end + 1 }
                if start == end { continue }
                guard let tab = all[start..<end].firstIndex(of: UInt8(ascii: "\t")) else { return false }
                let value = UnsafeRawBufferPointer(rebasing: all[start..<tab])
                let name = UnsafeRawBufferPointer(rebasing: all[(tab + 1)..<end])
                if value.starts(with: "ref: ".utf8) {
                    if name.elementsEqual("HEAD".utf8) { headTarget = RefName(bytes: value.dropFirst(5)) }
                    continue
                }
                guard let id = ObjectID(hexadecimal: value) else { return false }
                guard name.suffix(3).elementsEqual("^{}".utf8) else {
                    references.append(RemoteReference(name: RefName(bytes: name), id: id, peeled: nil))
                    last = (tab + 1)..<end
                    continue
                }
                guard let known = last, all[known].elementsEqual(name.dropLast(3)) else { continue }
                let tag = references[references.count - 1]
                references[references.count - 1] = RemoteReference(name: tag.name, id: tag.id, peeled: id)
            }
            return true
        }
        guard isWhole else { return nil }
        self.init(references: references, headTarget: headTarget)
    }
}
