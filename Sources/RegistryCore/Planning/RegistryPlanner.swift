import GitTypes

/// Decides what a writing command does: facts in, a plan or a refusal out. It reads nothing and writes nothing.
public struct RegistryPlanner: Sendable {
    /// The state as the tags have it now.
    public let state: RegistryState
    /// The names of all tags.
    public let tagNames: TagNames
    /// What the repository's configuration allows.
    public let configuration: RegistryConfiguration

    /// Creates a planner for one moment of a repository.
    public init(state: RegistryState, tagNames: TagNames, configuration: RegistryConfiguration) {
        self.state = state
        self.tagNames = tagNames
        self.configuration = configuration
    }

    /// A tag with the name that its form asks for.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/tagExists`` where the plain name is taken and no other may be.
    func nextTag(
        _ action: RegistryTag.Action, of artifact: ArtifactName, form: TagForm, isSimpleByDefault: Bool,
        fallsBackToCounter: Bool
    ) throws(RegistryError) -> RegistryTag {
        let isSimple = form == .simple || form == .auto && isSimpleByDefault
        let tag = tagNames.nextTag(action, of: artifact, isSimple: isSimple)
        if let counter = tag.counter, String(counter).utf8.count > RegistryTag.counterDigits {
            throw RegistryError(
                .tooLarge, "the counter of the next tag of \(artifact) would have more than 18 digits",
                subject: artifact.description, hints: ["to see the odd tags: git model doctor"])
        }
        guard tagNames.contains(tag.name) else { return tag }
        if form == .auto, fallsBackToCounter { return tagNames.nextTag(action, of: artifact, isSimple: false) }
        throw RegistryError(
            .tagExists, "tag \(tag.name) exists already", subject: tag.name.description,
            hints: ["to see it: git show \(tag.name.shellQuoted)", "--simple false gives the new tag a counter"])
    }

    /// Checks that the configuration allows a stage.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/stageNotAllowed``.
    func checkIsAllowed(_ stage: StageName) throws(RegistryError) {
        guard let allowed = configuration.allowedStages, !allowed.contains(stage) else { return }
        let list = allowed.map(\.description).joined(separator: ", ")
        let origin = configuration.stagesOrigin
        throw RegistryError(
            .stageNotAllowed,
            allowed.isEmpty
                ? "stage \(stage) is not allowed: \(origin) allows none"
                : "stage \(stage) is not allowed: \(origin) allows \(list)",
            subject: stage.description,
            hints: Suggestion.hints(for: stage.description, in: allowed.map(\.description))
                + [configuration.stagesAdvice])
    }
}
