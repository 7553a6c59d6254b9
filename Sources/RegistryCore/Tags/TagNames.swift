public import GitTypes

/// The names of all tags of a repository, as far as they matter to the next tag's name.
///
/// Lightweight tags count too: they block a name and move the counter, as they do for GTO.
public struct TagNames: Sendable {
    private let names: Set<TagName>
    private let highestCounters: [ArtifactName: Int]

    /// Collects the names; those that are not the registry's only block their own name.
    public init(_ names: some Sequence<TagName>) {
        var all: Set<TagName> = []
        var counters: [ArtifactName: Int] = [:]
        for name in names {
            all.insert(name)
            guard let tag = RegistryTag(name), let counter = tag.counter else { continue }
            counters[tag.artifact] = max(counters[tag.artifact] ?? 0, counter)
        }
        self.names = all
        self.highestCounters = counters
    }

    /// Whether a tag of that name exists.
    public func contains(_ name: TagName) -> Bool { names.contains(name) }

    /// The counter of the artifact's next tag: 1 + the greatest of any tag of it, all actions together.
    public func nextCounter(of artifact: ArtifactName) -> Int { (highestCounters[artifact] ?? 0) + 1 }

    /// The name of the next tag that says `action`, with a counter or in simple form.
    public func nextTag(_ action: RegistryTag.Action, of artifact: ArtifactName, isSimple: Bool) -> RegistryTag {
        RegistryTag(artifact: artifact, action: action, counter: isSimple ? nil : nextCounter(of: artifact))
    }
}
