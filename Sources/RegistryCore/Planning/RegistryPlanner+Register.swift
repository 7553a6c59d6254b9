public import GitTypes

/// Which version a registration asks for.
public enum VersionRequest: Hashable, Sendable {
    /// The next patch, or `v0.0.1`.
    case next
    /// The next one with this part raised.
    case bump(SemanticVersion.Part)
    /// Exactly this one.
    case exactly(SemanticVersion)
}

extension RegistryPlanner {
    /// Plans a registration.
    ///
    /// The rules are GTO's, but for three: a number that was ever used is never given out again, a deregistered
    /// version is registered anew under a counter, and a second version on one commit needs `allowsSharedCommit`.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/commitHasVersion``, ``ErrorCode/versionExists``,
    ///   ``ErrorCode/tagExists`` or ``ErrorCode/invalidArguments``.
    public func register(
        _ name: ArtifactName, at commit: ObjectID, version request: VersionRequest = .next, form: TagForm = .auto,
        isForced: Bool = false, allowsSharedCommit: Bool = false
    ) throws(RegistryError) -> PlannedTag {
        let artifact = state.artifact(name) ?? Artifact(name: name)
        let present = artifact.registeredVersion(at: commit)
        let version: SemanticVersion
        var isRenewal = false

        if let present, let presentName = present.label.semanticVersion, !allowsSharedCommit {
            if present.isRegistered, present.isActive, !isForced { throw commitHasVersion(name, presentName, request) }
            if case .exactly(let wanted) = request, wanted != presentName {
                throw RegistryError(
                    .commitHasVersion,
                    "commit \(commit.short) had \(name) \(presentName) before, so only that version can be registered there",
                    subject: "\(name)@\(wanted)",
                    hints: [
                        "git model register \(name) \(commit.short) --version \(presentName)",
                        "--allow-same-commit puts a second version there, which GTO cannot read",
                    ])
            }
            version = presentName
            isRenewal = true
        } else {
            version = try freeVersion(of: artifact, request)
        }

        let tag = try nextTag(
            .register(version), of: name, form: form, isSimpleByDefault: true, fallsBackToCounter: isRenewal)
        return PlannedTag(
            tag: tag, commit: commit, version: .semantic(version),
            subject: "Registering artifact \(name) version \(version)")
    }

    /// A version name that the artifact never used.
    private func freeVersion(of artifact: Artifact, _ request: VersionRequest) throws(RegistryError) -> SemanticVersion
    {
        let used = Set(artifact.versions.compactMap(\.label.semanticVersion))
        if case .exactly(let wanted) = request {
            guard used.contains(wanted) else { return wanted }
            throw versionExists(artifact, wanted)
        }
        guard let greatest = artifact.greatestVersionEverUsed else {
            if case .bump(let part) = request {
                throw RegistryError(
                    .invalidArguments, "there is no version of \(artifact.name) whose \(part) number could be raised",
                    subject: artifact.name.description,
                    hints: ["to register \(SemanticVersion.first): git model register \(artifact.name)"])
            }
            return .first
        }
        let latest = artifact.latestVersion?.label.semanticVersion
        if greatest.hasOversizedNumber || latest?.hasOversizedNumber == true { throw tooLarge(artifact) }
        let part: SemanticVersion.Part = if case .bump(let part) = request { part } else { .patch }
        // GTO counts on from the latest active version, and fails where that number was used and taken back.
        let candidate = latest?.bumped(part) ?? (request == .next ? .first : greatest.bumped(part))
        let next = used.contains(candidate) ? greatest.bumped(part) : candidate
        if next.hasOversizedNumber { throw tooLarge(artifact) }
        return next
    }

    private func tooLarge(_ artifact: Artifact) -> RegistryError {
        RegistryError(
            .invalidVersion, "the next version of \(artifact.name) would have a number of more than 18 digits",
            subject: artifact.name.description, hints: ["name the version: --version v1.0.0"])
    }

    private func commitHasVersion(
        _ name: ArtifactName, _ present: SemanticVersion, _ request: VersionRequest
    ) -> RegistryError {
        if case .exactly(present) = request, let artifact = state.artifact(name) {
            return versionExists(
                artifact, present, hints: ["there is nothing to do; --force registers it again all the same"])
        }
        return RegistryError(
            .commitHasVersion, "this commit is registered already, as \(name) \(present)",
            subject: "\(name)@\(present)",
            hints: [
                "commit the new model first, or name another commit: git model register \(name) REF",
                "--allow-same-commit puts a second version there, which GTO cannot read",
            ])
    }

    private func versionExists(
        _ artifact: Artifact, _ wanted: SemanticVersion, hints: [String]? = nil
    ) -> RegistryError {
        let holder = artifact.versions.last { $0.label == .semantic(wanted) }
        let event = holder?.registrations.last ?? holder?.deregistrations.last
        let detail = event.map { " (tag \($0.tag), \($0.time.day), \($0.author.name))" } ?? ""
        let state = holder?.isActive == false ? "was registered and taken back" : "is already registered"
        return RegistryError(
            .versionExists, "\(artifact.name) \(wanted) \(state)\(detail)", subject: "\(artifact.name)@\(wanted)",
            hints: hints ?? ["git model register \(artifact.name) --bump-patch"])
    }
}
