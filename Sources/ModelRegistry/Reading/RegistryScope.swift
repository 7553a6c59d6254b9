public import RegistryCore

/// How much of a registry a call needs to know. What is asked for is always whole; more may come with it.
public enum RegistryScope: Hashable, Sendable {
    /// Every artifact with its history.
    case everything
    /// Of every artifact what holds now: see ``Artifact/currentRefs``.
    case current
    /// Of one artifact what holds now.
    case currentArtifact(ArtifactName)
    /// One artifact with its history.
    case artifact(ArtifactName)

    /// The one artifact that it is about.
    var artifact: ArtifactName? {
        switch self {
        case .everything, .current: nil
        case .currentArtifact(let name), .artifact(let name): name
        }
    }

    /// Whether histories are left out.
    var isCurrent: Bool {
        switch self {
        case .current, .currentArtifact: true
        case .everything, .artifact: false
        }
    }
}
