public import GitTypes

/// The name of a tag of the registry, taken apart: what GTO's `parse-tag` does.
///
/// | tag | action |
/// |---|---|
/// | `NAME@v1.0.0` | register |
/// | `NAME@v1.0.0!` | deregister |
/// | `NAME#STAGE` | assign |
/// | `NAME#STAGE!` | unassign |
/// | `NAME@deprecated` | deprecate |
/// | `NAME@created` | create: reserved, never written; one such tag makes GTO fail |
///
/// Each may end in `#` and a counter.
public struct RegistryTag: Hashable, Sendable {
    /// The artifact that the tag is about.
    public let artifact: ArtifactName
    /// What the tag says.
    public let action: Action
    /// The number at the end; leading zeros are read away. `nil` for a tag in simple form.
    public let counter: Int?

    /// What a tag says about an artifact.
    public enum Action: Hashable, Sendable {
        /// A version was registered.
        case register(SemanticVersion)
        /// A version was taken back.
        case deregister(SemanticVersion)
        /// The version at the tag's commit was put into a stage.
        case assign(StageName)
        /// The version at the tag's commit was taken out of a stage.
        case unassign(StageName)
        /// The artifact was deprecated.
        case deprecate
        /// Reserved by GTO.
        case create

        /// GTO's word for the action.
        public var word: String {
            switch self {
            case .register: "register"
            case .deregister: "deregister"
            case .assign: "assign"
            case .unassign: "unassign"
            case .deprecate: "deprecate"
            case .create: "create"
            }
        }

        /// The version that the tag names.
        public var version: SemanticVersion? {
            switch self {
            case .register(let version), .deregister(let version): version
            default: nil
            }
        }

        /// The stage that the tag names.
        public var stage: StageName? {
            switch self {
            case .assign(let stage), .unassign(let stage): stage
            default: nil
            }
        }
    }

    /// The most digits of a counter that are read, leading zeros aside. GTO has no bound; a longer one would make
    /// every later counter of the artifact as long.
    static let counterDigits = 18

    /// Creates a tag from its parts.
    public init(artifact: ArtifactName, action: Action, counter: Int? = nil) {
        self.artifact = artifact
        self.action = action
        self.counter = counter
    }

    /// Takes a tag's name apart; `nil` where it is none of the registry's. Source: GTO's `tag_re`.
    public init?(_ name: TagName) {
        self.init(text: name.description)
    }

    init?(text: String) {
        let bytes = text.utf8
        guard let mark = bytes.firstIndex(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "@") }) else {
            return nil
        }
        guard let statement = Self.statement(text[mark...]) else { return nil }
        guard let artifact = ArtifactName(asTagged: text[..<mark], separator: "=") else { return nil }
        self.init(artifact: artifact, action: statement.action, counter: statement.counter)
    }

    /// Takes a tag's name apart that starts with the name of an artifact.
    public init?(_ name: TagName, of artifact: ArtifactName) {
        let text = name.description
        let length = artifact.tagText.utf8.count
        guard let mark = text.utf8.index(text.startIndex, offsetBy: length, limitedBy: text.endIndex),
            let statement = Self.statement(text[mark...])
        else { return nil }
        self.init(artifact: artifact, action: statement.action, counter: statement.counter)
    }

    /// What stands after the artifact's name: `@v1.0.0`, `#prod!#3`.
    private static func statement(_ text: Substring) -> (action: Action, counter: Int?)? {
        guard let mark = text.utf8.first else { return nil }
        var rest = text[text.utf8.index(after: text.startIndex)...]
        var counter: Int?
        if let hash = rest.utf8.lastIndex(of: UInt8(ascii: "#")) {
            let digits = rest[rest.utf8.index(after: hash)...].utf8
            guard !digits.isEmpty, digits.allSatisfy(NameGrammar.isDigit) else { return nil }
            let significant = digits.drop { $0 == UInt8(ascii: "0") }
            guard significant.count <= counterDigits else { return nil }
            counter = significant.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            rest = rest[..<hash]
        }
        let isCancelled = rest.utf8.last == UInt8(ascii: "!")
        if isCancelled { rest = rest.dropLast() }

        let action: Action
        if mark == UInt8(ascii: "#") {
            guard let stage = StageName(asTagged: rest) else { return nil }
            action = isCancelled ? .unassign(stage) : .assign(stage)
        } else if let version = SemanticVersion(asTagged: rest) {
            action = isCancelled ? .deregister(version) : .register(version)
        } else if rest == "deprecated", !isCancelled {
            action = .deprecate
        } else if rest == "created", !isCancelled {
            action = .create
        } else {
            return nil
        }
        return (action, counter)
    }

    /// The name of the tag, byte for byte as GTO writes it.
    public var name: TagName {
        let stem =
            switch action {
            case .register(let version): "@\(version)"
            case .deregister(let version): "@\(version)!"
            case .assign(let stage): "#\(stage)"
            case .unassign(let stage): "#\(stage)!"
            case .deprecate: "@deprecated"
            case .create: "@created"
            }
        return TagName(asRead: artifact.tagText + stem + (counter.map { "#\($0)" } ?? ""))
    }
}
