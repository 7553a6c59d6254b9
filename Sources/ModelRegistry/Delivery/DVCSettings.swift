import ArtifactStore
import GitTypes
import LibGit2
import RegistryCore
import RegistryFiles

/// DVC's configuration as it holds for one path: the remotes, and the caches of this machine.
///
/// As with DVC itself, a repository that is checked out here is configured by its work tree, and one at a URL or without
/// a work tree by the commit that is read.
struct DVCSettings {
    private static let configurationLimit = 65_536

    /// The folder with `.dvc` in it, relative to the root of the repository; empty for the root itself.
    let root: String
    private let configuration: DVCConfiguration
    private let caches: [FolderStore]

    /// - Parameter path: the path whose settings are wanted: a repository may hold several projects of DVC.
    init(_ session: RegistrySession, at commit: ObjectID, near path: String) async throws(RegistryError) {
        let files = CommitFiles(session)
        let workTree = session.remote == nil ? session.repository.workingDirectory : nil
        var components = path.split(separator: "/").dropLast().map(String.init)
        // The innermost project that holds the path.
        while !components.isEmpty {
            let folder = components.joined(separator: "/") + "/.dvc"
            if let workTree, LocalFile.isFolder("\(workTree)/\(folder)") { break }
            if try await files.entry(at: folder, of: commit)?.mode == .tree { break }
            components.removeLast()
        }
        root = components.joined(separator: "/")
        let folder = root.isEmpty ? ".dvc" : "\(root)/.dvc"

        let variables = session.environment.variables
        var sources: [DVCConfiguration.Source] = []
        for (level, path) in Self.userFiles(variables) {
            if let bytes = try LocalFile.read(path, limit: Self.configurationLimit) {
                sources.append(.init(level, bytes, file: path, folder: Self.folder(of: path)))
            }
        }
        var isCheckedOut = false
        if let workTree {
            for (level, name) in [(DVCConfiguration.Level.repository, "config"), (.local, "config.local")] {
                let path = "\(workTree)/\(folder)/\(name)"
                if let bytes = try LocalFile.read(path, limit: Self.configurationLimit) {
                    sources.append(.init(level, bytes, file: path, folder: "\(workTree)/\(folder)"))
                    isCheckedOut = isCheckedOut || level == .repository
                }
            }
        }
        if !isCheckedOut,
            let bytes = try await files.file(at: "\(folder)/config", of: commit, limit: Self.configurationLimit)
        {
            // Relative addresses start from a work tree where there is one, though this file is of a commit.
            sources.append(
                .init(
                    .repository, bytes, file: "\(folder)/config at \(commit.short)",
                    folder: workTree.map { "\($0)/\(folder)" }))
        }
        configuration = try DVCConfiguration.parse(sources, home: variables["HOME"])
        let cache = configuration.cacheFolder ?? workTree.map { "\($0)/\(folder)/cache" }
        caches = cache.flatMap { $0.hasPrefix("/") ? [FolderStore($0)] : nil } ?? []
    }

    /// Whether the cache of this machine has an object.
    func isCached(_ md5: String, _ output: DVCOutput) -> Bool {
        DVCObjectPath.candidates(md5: md5, isDirectory: output.isDirectory, isLegacy: output.isLegacy)
            .contains { path in caches.contains { $0.holds(path.description) } }
    }

    /// What reads a remote by its name.
    func store(named name: String, _ stores: StoreFactory) throws(RegistryError) -> any ObjectStore {
        try stores.store(for: try configuration.remote(name))
    }

    /// What reads an output.
    func source(for record: DVCRecord, _ stores: StoreFactory) throws(RegistryError) -> DVCSource {
        let unavailable = "\(record.output.path) is kept in DVC (by \(record.file))"
        let remote: DVCRemote
        do throws(RegistryError) {
            remote = try configuration.remote(record.output.remote)
        } catch {
            // The cache may have it all the same.
            let why = RegistryError(
                .storeNotConfigured, "\(unavailable), and \(error.message)", subject: record.output.path,
                hints: error.hints + ["commit .dvc/config, or configure it for yourself with --global"])
            return DVCSource(caches: caches, remote: nil, whyNoRemote: why)
        }
        do throws(RegistryError) {
            let store = try stores.store(for: remote)
            return DVCSource(
                caches: caches, remote: .init(name: remote.name, store: store),
                whyNoRemote: RegistryError(.storeNotConfigured, unavailable),
                keys: remote.isVersionAware ? Self.keys(record, remote) : [:])
        } catch {
            return DVCSource(caches: caches, remote: nil, whyNoRemote: error)
        }
    }

    /// Where a remote that keeps files under their own names has them.
    private static func keys(_ record: DVCRecord, _ remote: DVCRemote) -> [String: ObjectKey] {
        let output = record.output
        var keys: [String: ObjectKey] = [:]
        if let md5 = output.md5, !output.isDirectory {
            keys[md5] = ObjectKey(output.path, versionID: output.cloud[remote.name]?.versionID)
        }
        for file in output.files ?? [] {
            guard let md5 = file.md5 else { continue }
            keys[md5] = ObjectKey("\(output.path)/\(file.path)", versionID: file.cloud[remote.name]?.versionID)
        }
        return keys
    }

    private static func userFiles(_ variables: [String: String]) -> [(DVCConfiguration.Level, String)] {
        var files: [(DVCConfiguration.Level, String)] = [(.system, "/etc/xdg/dvc/config")]
        if let folder = variables["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            files.append((.global, "\(folder)/dvc/config"))
        } else if let home = variables["HOME"] {
            files.append((.global, "\(home)/.config/dvc/config"))
        }
        return files
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "/"
    }
}
