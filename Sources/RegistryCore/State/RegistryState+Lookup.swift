public import GitTypes

extension RegistryState {
    /// The artifact of that name, or an error that suggests a near one.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/artifactNotFound``.
    public func requireArtifact(_ name: ArtifactName) throws(RegistryError) -> Artifact {
        if let artifact = artifact(name) { return artifact }
        throw RegistryError(
            .artifactNotFound, "no artifact is called \(name)", subject: name.description,
            hints: Suggestion.hints(for: name.description, in: artifacts.map(\.name.description))
                + ["to see all artifacts: git model show"])
    }

    /// The version that a selector means; an artifact alone means its latest.
    /// - Parameter allowsInactive: also takes a version that was deregistered, or whose artifact was deprecated.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/artifactNotFound``, ``ErrorCode/versionNotFound``,
    ///   ``ErrorCode/stageEmpty``, ``ErrorCode/ambiguousVersion`` or ``ErrorCode/versionInactive``.
    public func version(of selector: Selector, allowsInactive: Bool = false) throws(RegistryError) -> Version {
        let artifact = try requireArtifact(selector.artifact)
        let version: Version
        switch selector.target {
        case .artifact, .latest:
            guard let latest = artifact.latestVersion else {
                let hadSome = artifact.versions.contains(where: \.isRegistered)
                throw RegistryError(
                    .versionNotFound,
                    hadSome
                        ? "every version of \(artifact.name) was deregistered"
                        : "no version of \(artifact.name) is registered",
                    subject: artifact.name.description,
                    hints: [
                        hadSome
                            ? "to see them: git model show \(artifact.name) --deprecated"
                            : "git model register \(artifact.name)"
                    ])
            }
            version = latest
        case .version(let name):
            version = try artifact.requireVersion(name)
        case .stage(let stage):
            guard let holder = artifact.version(in: stage) else { throw artifact.stageIsEmpty(stage) }
            version = holder
        }
        if !allowsInactive { try artifact.checkIsActive(version) }
        return version
    }
}

extension Artifact {
    /// The one version of that name.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/versionNotFound`` or ``ErrorCode/ambiguousVersion``.
    public func requireVersion(_ name: SemanticVersion) throws(RegistryError) -> Version {
        let named = versions.filter { $0.label == .semantic(name) }
        // A deregistration on another commit makes a second, never registered version: the registered one is meant.
        let registered = named.filter(\.isRegistered)
        let found = registered.isEmpty ? named : registered
        guard let first = found.first else {
            throw RegistryError(
                .versionNotFound, "version \(name) of \(self.name) is not registered",
                subject: "\(self.name)@\(name)",
                hints: ["to see its versions: git model show \(self.name)"])
        }
        if found.count > 1 {
            let commits = found.map(\.commit.short).joined(separator: ", ")
            throw RegistryError(
                .ambiguousVersion,
                "version \(name) of \(self.name) is registered on \(found.count) commits (\(commits))",
                subject: "\(self.name)@\(name)", hints: ["to see the tags: git model doctor"])
        }
        return first
    }

    /// The version at a commit that a registration or deregistration speaks of; of several the one that is active and
    /// registered last.
    public func registeredVersion(at commit: ObjectID) -> Version? {
        let found = versions.filter { $0.commit == commit && !$0.isDiscovered }
        return found.last { $0.isRegistered && $0.isActive } ?? found.last(where: \.isRegistered) ?? found.last
    }

    func stageIsEmpty(_ stage: StageName) -> RegistryError {
        RegistryError(
            .stageEmpty, "no version of \(name) is in stage \(stage)", subject: "\(name)#\(stage)",
            hints: Suggestion.hints(for: stage.description, in: stagesInUse.sorted().map(\.description))
                + ["to see its stages: git model show \(name)"])
    }

    func checkIsActive(_ version: Version) throws(RegistryError) {
        if !isActive {
            throw RegistryError(
                .versionInactive, "\(name) is deprecated", subject: name.description,
                hints: ["add --force to take it all the same"])
        }
        if !version.isActive {
            throw RegistryError(
                .versionInactive, "version \(version.label) of \(name) was deregistered",
                subject: "\(name)@\(version.label)", hints: ["add --force to take it all the same"])
        }
    }
}
