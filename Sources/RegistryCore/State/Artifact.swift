import GitTypes

/// An artifact: everything that the tags of a repository say of it.
public struct Artifact: Hashable, Sendable {
    /// Its name.
    public let name: ArtifactName
    /// Its versions, in the order in which the tags brought them up.
    public internal(set) var versions: [Version] = []
    /// Its deprecations, oldest first.
    public internal(set) var deprecations: [RegistryEvent] = []
    /// What HEAD's files say of it, where they do.
    public internal(set) var annotation: ArtifactAnnotation?

    init(name: ArtifactName) {
        self.name = name
    }

    /// Whether any tag speaks of it; where none does, a file alone names it.
    public var isRegistered: Bool {
        !deprecations.isEmpty
            || versions.contains { !$0.isDiscovered || !$0.stages.isEmpty }
    }

    /// Whether it counts: its newest event is not a deprecation; a tie goes to the other event. Only tags decide.
    public var isActive: Bool {
        guard let deprecated = deprecations.last else { return true }
        return versions.contains { version in
            let newest = [
                version.registrations.last, version.deregistrations.last,
                version.stages.flatMap(\.eventsNewestFirst)
                    .max { $0.time.seconds < $1.time.seconds },
            ]
            return newest.contains { ($0?.time.seconds ?? .min) >= deprecated.time.seconds }
        }
    }

    /// Every event of its tags, newest first, in GTO's order for equal times.
    public var eventsNewestFirst: [RegistryEvent] {
        (deprecations + versions.flatMap(\.eventsNewestFirst)).newestFirst { $0.time.seconds }
    }
}

/// How versions, and the versions in a stage, are ordered.
public enum VersionOrder: String, CaseIterable, Hashable, Sendable {
    /// The newest first.
    case timestamp
    /// The greatest by SemVer first; unregistered commits last.
    case semver
}

extension Artifact {
    /// The versions that `show` lists, in the order asked for.
    /// - Parameters:
    ///   - isActiveOnly: leaves out what was deregistered; without it everything is listed.
    ///   - includesUnregistered: keeps commits that are in a stage without a registration.
    public func versions(
        isActiveOnly: Bool = true, includesUnregistered: Bool = false, by order: VersionOrder = .semver
    ) -> [Version] {
        let chosen = versions.filter { version in
            !isActiveOnly || version.isActive && (version.isRegistered || includesUnregistered)
        }
        switch order {
        case .timestamp:
            return chosen.newestFirst { $0.authoringEvent?.time.seconds ?? .min }
        case .semver:
            return Self.greatestFirst(chosen)
        }
    }

    /// The greatest active registered version by SemVer: what `@latest` and GTO's column `latest` mean.
    public var latestVersion: Version? { versions().first }

    /// The versions in each stage, stages in the order in which GTO comes upon them.
    /// - Parameters:
    ///   - isRegisteredOnly: leaves out unregistered commits.
    ///   - stagesPerVersion: how many of its stages each version keeps, the newest first; `nil` keeps all. GTO keeps
    ///     the oldest, against its own help.
    ///   - versionsPerStage: how many versions a stage keeps; `nil` keeps all. GTO's default is 1.
    ///   - order: which versions come first in a stage.
    public func stageHolders(
        isRegisteredOnly: Bool = false, stagesPerVersion: Int? = nil, versionsPerStage: Int? = 1,
        by order: VersionOrder = .timestamp
    ) -> [(stage: StageName, holders: [VersionStage])] {
        var assignments: [VersionStage] = []
        for version in versions(includesUnregistered: !isRegisteredOnly, by: order) {
            let active = version.activeStages(isAscending: true)
            assignments += stagesPerVersion.map { active.suffix($0) } ?? active[...]
        }
        if order == .timestamp { assignments = assignments.newestFirst { $0.authoringEvent?.time.seconds ?? .min } }

        var result: [(stage: StageName, holders: [VersionStage])] = []
        var positions: [StageName: Int] = [:]
        for assignment in assignments {
            let position = positions[assignment.stage] ?? result.count
            if position == result.count {
                result.append((assignment.stage, []))
                positions[assignment.stage] = position
            }
            if let limit = versionsPerStage, result[position].holders.count >= limit { continue }
            if !result[position].holders.contains(where: { $0.version == assignment.version }) {
                result[position].holders.append(assignment)
            }
        }
        return result
    }

    /// The version that is in a stage: of several the one assigned last.
    public func version(in stage: StageName) -> Version? {
        guard let holder = stageHolders().first(where: { $0.stage == stage })?.holders.first else { return nil }
        return versions.first { $0.label == holder.version && $0.commit == holder.commit }
    }

    /// All stages that an active version is in.
    public var stagesInUse: Set<StageName> {
        versions.lazy.filter(\.isActive).flatMap(\.stages).reduce(into: []) { stages, stage in
            if stage.isActive { stages.insert(stage.stage) }
        }
    }

    /// The greatest version that was ever registered or deregistered, active or not.
    public var greatestVersionEverUsed: SemanticVersion? {
        versions.compactMap(\.label.semanticVersion).max { $0.precedes($1) }
    }

    private static func greatestFirst(_ versions: [Version]) -> [Version] {
        var semantic: [(version: Version, name: SemanticVersion)] = []
        var commits: [Version] = []
        for version in versions {
            if let name = version.label.semanticVersion {
                semantic.append((version, name))
            } else {
                commits.append(version)
            }
        }
        let sorted = semantic.stablySorted { $0.name.precedes($1.name) }.map(\.version)
        let byCommit = commits.stablySorted { $0.commit < $1.commit }
        return sorted.reversed() + byCommit.reversed()
    }
}
