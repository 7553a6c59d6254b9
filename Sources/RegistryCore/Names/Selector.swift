/// What a person writes where a version is meant: `churn`, `churn@latest`, `churn@v1.2.0`, `churn#prod`,
/// `models:churn#prod`.
public struct Selector: Hashable, Sendable, CustomStringConvertible {
    /// The artifact.
    public let artifact: ArtifactName
    /// Which of its versions.
    public let target: Target

    /// Which version of an artifact.
    public enum Target: Hashable, Sendable {
        /// None in particular: every version, or the latest where one is wanted.
        case artifact
        /// The greatest active registered one. GTO's `@greatest` is the same.
        case latest
        /// A version by its name.
        case version(SemanticVersion)
        /// The one that is in a stage.
        case stage(StageName)
    }

    /// Creates a selector from its parts.
    public init(artifact: ArtifactName, target: Target = .artifact) {
        self.artifact = artifact
        self.target = target
    }

    /// Reads a selector that a person gave. The `v` of a version may be left out.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidSelector``, ``ErrorCode/invalidName`` or
    ///   ``ErrorCode/invalidVersion``.
    public init(_ text: some StringProtocol) throws(RegistryError) {
        guard let mark = text.firstIndex(where: { $0 == "@" || $0 == "#" }) else {
            self.init(artifact: try ArtifactName(text))
            return
        }
        let artifact = try ArtifactName(text[..<mark])
        let rest = text[text.index(after: mark)...]
        if rest.isEmpty || rest.contains(where: { $0 == "@" || $0 == "#" }) {
            throw RegistryError(
                .invalidSelector, "'\(text)' is not a valid selector", subject: String(text),
                hints: ["write \(artifact), \(artifact)@latest, \(artifact)@v1.0.0 or \(artifact)#prod"])
        }
        if text[mark] == "#" {
            self.init(artifact: artifact, target: .stage(try StageName(rest)))
        } else if rest == "latest" || rest == "greatest" {
            self.init(artifact: artifact, target: .latest)
        } else {
            self.init(artifact: artifact, target: .version(try SemanticVersion(rest)))
        }
    }

    /// The stage that is meant; `nil` where a version is meant another way.
    public var stage: StageName? { if case .stage(let stage) = target { stage } else { nil } }

    /// The selector as it is written.
    public var description: String {
        switch target {
        case .artifact: artifact.description
        case .latest: "\(artifact)@latest"
        case .version(let version): "\(artifact)@\(version)"
        case .stage(let stage): "\(artifact)#\(stage)"
        }
    }
}
