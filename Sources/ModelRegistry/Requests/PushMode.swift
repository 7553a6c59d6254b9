/// How the tags of one act are parted into pushes.
public enum PushMode: Hashable, Sendable {
    /// At most three refs a push, each push whole or not at all: hosting services start nothing for the tags of a push
    /// that has more (GitHub's documentation of the event `push`; GitLab's webhooks have a limit of three too).
    case fitting
    /// All refs in one push, whole or not at all.
    case whole
    /// One ref a push, for a server that cannot take several all or none.
    case separate

    /// The most refs of one push.
    public static let fittingCount = 3

    /// The items in their order, a part for each push.
    func parts<Item>(of items: [Item]) -> [[Item]] {
        let size =
            switch self {
            case .fitting: Self.fittingCount
            case .whole: max(1, items.count)
            case .separate: 1
            }
        return stride(from: 0, to: items.count, by: size).map { Array(items[$0..<min($0 + size, items.count)]) }
    }

    /// What a person must know of a push of so many refs; `nil` where there is nothing.
    func warning(count: Int) -> String? {
        guard self == .whole, count > Self.fittingCount else { return nil }
        return "one push has \(count) tags: GitHub and other hosting services start nothing for more than "
            + "\(Self.fittingCount) at once"
    }
}
