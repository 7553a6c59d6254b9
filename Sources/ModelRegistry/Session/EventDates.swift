import GitTypes
import RegistryCore

/// Gives each tag a date after the newest event of its artifact, so that no order depends on a tie.
struct EventDates {
    /// How far ahead of the clock an event may be dated before that is worth a word: a day, in seconds, since clocks
    /// and zones differ.
    static let tolerance: Int64 = 86_400
    /// The last second of the year 9999; GTO fails for the whole repository at a later one.
    private static let last: Int64 = 253_402_300_799

    private let now: Timestamp
    /// Whether the person fixed the date with `GIT_COMMITTER_DATE`; then it is taken as it is.
    private let isFixed: Bool
    private let state: RegistryState
    private var newest: [ArtifactName: Int64] = [:]
    /// What a person should know of the dates that were given, a sentence each.
    private(set) var warnings: [String] = []

    init(now: Timestamp, isFixed: Bool, _ state: RegistryState) {
        self.now = now
        self.isFixed = isFixed
        self.state = state
    }

    /// The date of the next tag of an artifact.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/tooLarge`` where it would be past the year 9999.
    mutating func next(of artifact: ArtifactName) throws(RegistryError) -> Timestamp {
        if isFixed { return now }
        let event = state.artifact(artifact)?.eventsNewestFirst.first
        let last = newest[artifact] ?? event?.time.seconds
        let seconds = max(now.seconds, last.map { $0 + 1 } ?? now.seconds)
        let time = Timestamp(seconds: seconds, offsetMinutes: now.offsetMinutes)
        if let event, newest[artifact] == nil, event.time.seconds > now.seconds + Self.tolerance {
            if seconds > Self.last {
                throw RegistryError(
                    .tooLarge, "tag \(event.ref) is dated in the year 9999 or later, so no tag can be dated after it",
                    subject: event.ref.description, hints: [Finding.futureDateAdvice(event.ref)])
            }
            warnings.append(
                "tag \(event.ref) is dated \(event.time.day), so the new one is dated \(time.day) to come after it")
        }
        newest[artifact] = seconds
        return time
    }
}

extension Finding {
    /// An event that is dated more than a day ahead of the clock.
    static func futureDate(_ event: RegistryEvent) -> Finding {
        Finding(
            .futureDate, subject: event.ref.description,
            message: "tag \(event.ref) of \(event.artifact) is dated \(event.time.day), which is still to come; "
                + "what is written after it is dated after it too",
            hint: futureDateAdvice(event.ref))
    }

    fileprivate static func futureDateAdvice(_ tag: TagName) -> String {
        "git tag -d \(tag.shellQuoted) && git push origin \(":refs/tags/\(tag)".shellQuoted), and make it again"
    }
}
