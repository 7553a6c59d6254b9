extension RegistryState {
    /// The events that a selector means, newest first: those of an artifact, of a version, or about a stage.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/artifactNotFound``, and for `@latest`
    ///   ``ErrorCode/versionNotFound``.
    public func history(
        of selector: Selector?, isAscending: Bool = false
    ) throws(RegistryError) -> [RegistryEvent] {
        guard let selector else { return history(isAscending: isAscending) }
        _ = try requireArtifact(selector.artifact)
        let events = history(of: selector.artifact, isAscending: isAscending)
        switch selector.target {
        case .artifact: return events
        case .stage(let stage): return events.filter { $0.stage == stage }
        case .version(let version): return events.filter { $0.version == .semantic(version) }
        case .latest:
            let label = try version(of: selector, allowsInactive: true).label
            return events.filter { $0.version == label }
        }
    }

    /// The error of a selector that means no event: what never happened is not found.
    public func nothingHappened(to selector: Selector) -> RegistryError {
        let hints = ["to see all that happened: git model history \(selector.artifact)"]
        guard case .stage(let stage) = selector.target else {
            return RegistryError(
                .versionNotFound, "there never was a \(selector)", subject: selector.description, hints: hints)
        }
        return RegistryError(
            .stageEmpty, "no version of \(selector.artifact) was ever in stage \(stage)",
            subject: selector.description, hints: hints)
    }
}
