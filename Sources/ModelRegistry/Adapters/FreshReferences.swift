import GitCommand
import GitTypes

/// The refs that a new clone in the cache gets, all at once: a remote's tags, and the ref that stands for its HEAD.
struct FreshReferences {
    /// The objects that they name, each once.
    let objects: [ObjectID]
    /// What `packed-refs` holds of them, as `git pack-refs` writes it.
    let packed: [UInt8]

    /// Takes what the remote lists.
    /// - Returns: `nil` where it has no HEAD, or where git has to judge it: a name that git takes for none, two tags of which
    ///   one is a folder to the other, or an order that is not that of the names.
    init?(_ listing: RemoteListing, head: RefName) {
        guard let remoteHead = listing.references.first(where: { $0.name == .head }) else { return nil }
        var objects = [remoteHead.id]
        var isKnown: Set<ObjectID> = [remoteHead.id]
        // The names before that this one goes on from, the longest last. Only that one can be a folder of it: what is shorter
        // would be a folder of the longest too.
        var beginnings: [RefName] = []
        var last: RefName?
        // `refs/remotes` comes before `refs/tags`. What a tag stands for is left out: only its object is nobody's word.
        var packed = "# pack-refs with: sorted \n\(remoteHead.id) \(head)\n"
        for reference in listing.references {
            let name = reference.name.description
            // The pattern `refs/tags/*` also matches `refs/heads/refs/tags/x`.
            guard name.utf8.starts(with: RefName.tagPrefix.utf8) else { continue }
            guard (try? RefName(name)) != nil, !name.hasLongComponent, last.map({ $0 < reference.name }) ?? true else {
                return nil
            }
            while let beginning = beginnings.last, !name.utf8.starts(with: beginning.description.utf8) {
                beginnings.removeLast()
            }
            let rest = name.utf8.dropFirst(beginnings.last?.description.utf8.count ?? name.utf8.count)
            if rest.first == UInt8(ascii: "/") { return nil }
            beginnings.append(reference.name)
            last = reference.name
            packed += "\(reference.id) \(name)\n"
            if isKnown.insert(reference.id).inserted { objects.append(reference.id) }
        }
        self.objects = objects
        self.packed = Array(packed.utf8)
    }
}

extension String {
    /// Whether git cannot make a file of a part of this name with `.lock` behind it.
    fileprivate var hasLongComponent: Bool { utf8.split(separator: UInt8(ascii: "/")).contains { $0.count > 250 } }
}
