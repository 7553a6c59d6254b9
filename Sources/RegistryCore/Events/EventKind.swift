/// What happened to an artifact, in GTO's five words.
///
/// The raw value is the word of `history` and `check-ref --json`.
public enum EventKind: String, CaseIterable, Hashable, Sendable {
    /// The artifact was deprecated as a whole.
    case deprecation
    /// A version was registered.
    case registration
    /// A version was taken back.
    case deregistration
    /// A version was put into a stage.
    case assignment
    /// A version was taken out of a stage.
    case unassignment

    /// GTO's order of kinds within one second, the key `priority` of its JSON.
    public var priority: Int {
        switch self {
        case .deprecation: 2
        case .registration: 3
        case .deregistration: 4
        case .assignment: 5
        case .unassignment: 6
        }
    }

    /// Whether the event adds something: GTO's key `addition`.
    public var isAddition: Bool { self == .registration || self == .assignment }

    /// The word of a hook's `on:` and of `MODEL_EVENT`: `registered`, `assigned` and so on.
    public var participle: String {
        switch self {
        case .deprecation: "deprecated"
        case .registration: "registered"
        case .deregistration: "deregistered"
        case .assignment: "assigned"
        case .unassignment: "unassigned"
        }
    }
}
