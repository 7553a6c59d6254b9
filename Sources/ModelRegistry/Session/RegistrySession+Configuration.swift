import GitTypes
import Glibc
import LibGit2
import RegistryCore
import RegistryFiles

extension RegistrySession {
    /// What `.registry.yaml`, or `.gto` where that is absent, says: of the working tree, or in a bare repository and at
    /// a URL of HEAD.
    ///
    /// - Returns: the configuration, and why its file cannot be read: then nothing is configured, which is good enough
    ///   to read with. Whatever writes or runs something must stop.
    func configuration(
        at head: ObjectID?, _ files: CommitFiles
    ) async throws(RegistryError) -> (RegistryConfiguration, RegistryError?) {
        try await Self.readable { () async throws(RegistryError) in try await readConfiguration(at: head, files) }
    }

    /// A configuration, or where its file cannot be read an empty one and why.
    static func readable(
        _ read: () async throws(RegistryError) -> RegistryConfiguration
    ) async throws(RegistryError) -> (RegistryConfiguration, RegistryError?) {
        do throws(RegistryError) {
            return (try await read(), nil)
        } catch {
            guard [.invalidFile, .tooLarge, .invalidName].contains(error.code) else { throw error }
            return (RegistryConfiguration(), error)
        }
    }

    /// The configuration as it stands now, and why its file cannot be read.
    func configuration() async throws(RegistryError) -> (value: RegistryConfiguration, error: RegistryError?) {
        let (value, error) = try await configuration(at: try head(), CommitFiles(self))
        return (value, error)
    }

    private func readConfiguration(
        at head: ObjectID?, _ files: CommitFiles
    ) async throws(RegistryError) -> RegistryConfiguration {
        if let folder = repository.workingDirectory, remote == nil {
            return try Self.configuration(in: folder, environment)
        }
        for (name, isGTOs) in Self.configurationFiles {
            guard let head else { continue }
            guard let bytes = try await files.file(at: name, of: head, limit: 65_536) else { continue }
            return try Self.parse(bytes, name, isGTOs, environment)
        }
        return try RegistryConfiguration().merging(environment: environment.variables)
    }

    private static let configurationFiles = [(".registry.yaml", false), (".gto", true)]

    /// What the files of a working tree say.
    static func configuration(
        in folder: String, _ environment: RegistryEnvironment
    ) throws(RegistryError) -> RegistryConfiguration {
        for (name, isGTOs) in configurationFiles {
            guard let bytes = try readFile("\(folder)/\(name)", limit: 65_536, shown: name) else { continue }
            return try parse(bytes, name, isGTOs, environment)
        }
        return try RegistryConfiguration().merging(environment: environment.variables)
    }

    private static func parse(
        _ bytes: [UInt8], _ name: String, _ isGTOs: Bool, _ environment: RegistryEnvironment
    ) throws(RegistryError) -> RegistryConfiguration {
        let configuration =
            isGTOs
            ? try GTOConfiguration.parse(bytes, file: name) : try ConfigurationFile.parse(bytes, file: name)
        return try configuration.merging(environment: environment.variables)
    }

    /// The bytes of a file of the working tree; `nil` where there is none.
    static func readFile(_ path: String, limit: Int, shown: String) throws(RegistryError) -> [UInt8]? {
        // Without O_NONBLOCK a pipe in the place of the file would hang us.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw RegistryError(
                .inputOutput, "cannot read \(shown): \(String(cString: strerror(errno)).lowercased())", subject: shown,
                hints: ["check the permissions of the file"])
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EISDIR { return nil }
                throw RegistryError(
                    .inputOutput, "cannot read \(shown): \(String(cString: strerror(errno)).lowercased())",
                    subject: shown, hints: ["check the file and the disk"])
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit {
                throw RegistryError(
                    .tooLarge, "\(shown) is larger than \(limit) bytes", subject: shown, hints: ["make it smaller"])
            }
        }
    }
}
