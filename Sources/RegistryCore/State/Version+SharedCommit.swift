import GitTypes

extension Version {
    /// Which of several versions on one commit a stage tag is about.
    ///
    /// For an unassignment the newest one that holds the stage; else the one registered last before the tag that was not
    /// taken back by then; else the one registered last before it; else the one registered first.
    /// - Parameter seconds: the tag's time.
    /// - Returns: the position in `versions`, which must not be empty.
    static func meant(
        byStageTagAt seconds: Int64, _ stage: StageName, isUnassignment: Bool, among versions: [Version]
    ) -> Int {
        let byRegistration = versions.indices.filter { versions[$0].isRegistered }.stablySorted { left, right in
            (versions[left].registrations.first?.time.seconds ?? 0)
                < (versions[right].registrations.first?.time.seconds ?? 0)
        }
        if isUnassignment, let holder = byRegistration.last(where: { versions[$0].isInStage(stage) }) { return holder }
        let earlier = byRegistration.filter { position in
            (versions[position].registrations.first?.time.seconds ?? .max) <= seconds
        }
        return earlier.last { versions[$0].isActive(at: seconds) } ?? earlier.last ?? byRegistration.first ?? 0
    }

    /// Whether it counted at a moment.
    private func isActive(at seconds: Int64) -> Bool {
        guard let registered = registrations.last(where: { $0.time.seconds <= seconds }) else { return false }
        guard let deregistered = deregistrations.last(where: { $0.time.seconds <= seconds }) else { return true }
        return registered.time.seconds > deregistered.time.seconds
    }
}

extension Artifact {
    /// Refuses a stage tag that would be about another version of its commit than the one that was asked for.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/ambiguousVersion``.
    func checkStageTag(
        _ stage: StageName, isUnassignment: Bool, isAbout version: Version
    ) throws(RegistryError) {
        let here = versions.filter { $0.commit == version.commit && !$0.isDiscovered }
        guard here.count > 1 else { return }
        let meant = here[Version.meant(byStageTagAt: .max, stage, isUnassignment: isUnassignment, among: here)]
        if meant.label == version.label { return }
        throw RegistryError(
            .ambiguousVersion,
            "commit \(version.commit.short) carries \(name) \(meant.label) too, and a stage tag there would be about that one",
            subject: "\(name)@\(version.label)",
            hints: ["register the version on a commit of its own", "git model doctor tells more"])
    }
}
