import RegistryCore

/// Why nothing is put where something stands.
extension ArtifactPlacement {
    /// Refuses what stands at the target, unless it may be replaced.
    /// - Parameter expected: `nil` where nothing says what the content must be.
    func refuse(
        _ expected: ArtifactContent?, in placement: PlacementFolder, _ options: PlacementOptions
    ) throws(RegistryError) {
        if !options.replaces {
            throw targetExists(try placement.difference(expected, named: name, registered: options.registered))
        }
        if let path = placement.repository(in: name) { throw holdsRepository(path) }
    }

    func targetExists(_ difference: String) -> RegistryError {
        RegistryError(
            .targetExists, "\(target) exists already and \(difference)", subject: target,
            hints: ["--force replaces it", "-o PATH puts the artifact elsewhere"])
    }

    /// Something came to stand there while the bytes were on their way.
    var targetAppeared: RegistryError {
        RegistryError(
            .inputOutput, "cannot write \(target): something was put there meanwhile", subject: target,
            hints: ["look at what it is, and run the same command again"])
    }

    /// Even on demand a repository, with all its history, is not taken for an old version of a model.
    private func holdsRepository(_ path: String) -> RegistryError {
        let what = path == name ? "is a Git repository" : "holds the Git repository \(self.path(of: path))"
        return RegistryError(
            .targetExists, "\(target) \(what) and is not replaced", subject: target,
            hints: ["-o PATH puts the artifact elsewhere"])
    }
}
