import GitTypes
import LibGit2
import RegistryCore

/// The tags of a repository by what stands before the first `@` or `#` of their names: by artifact. Tags without one are
/// no matter of the registry's.
struct TagGroups {
    /// The tags of one artifact: runs of positions, since `churn#…` and `churn@…` are not neighbours in a sorted list.
    struct Group {
        /// The artifact's name as it stands in tags: `models=churn`.
        let name: [UInt8]
        fileprivate(set) var runs: [Range<Int>]

        /// How many tags there are.
        var count: Int { runs.reduce(0) { $0 + $1.count } }
        /// The positions of the tags, in the order of their names.
        var positions: some Sequence<Int> { runs.lazy.flatMap { $0 } }
    }

    let references: TagReferences
    /// In the order of their first tags.
    private(set) var groups: [Group] = []

    init(_ references: TagReferences) {
        self.references = references
        var known: [[UInt8]: Int] = [:]
        var current: (name: [UInt8], group: Int)?
        for position in references.indices {
            references.withName(at: position) { name in
                guard let prefix = Self.groupName(name) else { return current = nil }
                if let group = current?.group, current?.name.elementsEqual(prefix) == true {
                    return groups[group].extend(to: position)
                }
                let bytes = Array(prefix)
                let group = known[bytes] ?? groups.count
                if group == groups.count {
                    known[bytes] = group
                    groups.append(Group(name: bytes, runs: []))
                }
                groups[group].extend(to: position)
                current = (bytes, group)
            }
        }
    }

    /// The part of a tag's name before its first `@` or `#`; `nil` where there is none.
    static func groupName<Name: Collection<UInt8>>(_ name: Name) -> Name.SubSequence? {
        let mark = name.firstIndex { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "#") }
        return mark.flatMap { $0 == name.startIndex ? nil : name[..<$0] }
    }
}

extension TagGroups.Group {
    fileprivate mutating func extend(to position: Int) {
        if let last = runs.last, last.upperBound == position {
            runs[runs.count - 1] = last.lowerBound..<(position + 1)
        } else {
            runs.append(position..<(position + 1))
        }
    }
}
