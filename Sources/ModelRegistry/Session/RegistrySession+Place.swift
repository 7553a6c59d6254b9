import GitTypes
import Glibc
import LibGit2
public import RegistryCore

extension Registry {
    /// Writes a generated text file into the working tree, at the first of several places that is free or its own.
    ///
    /// A file with the same first line is an older edition of the same text, so it is its own place. A file of somebody
    /// else is passed by for the next place; at the last one it is in the way, as an older edition is everywhere.
    /// - Parameters:
    ///   - places: paths relative to the root of the working tree, in order of preference; at least one.
    ///   - isForced: replaces what is in the way.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/notSupportedYet`` without a working tree,
    ///   ``ErrorCode/targetExists``, ``ErrorCode/unsafePath`` where a symbolic link leads away, ``ErrorCode/insideHook``
    ///   or ``ErrorCode/inputOutput``.
    public func place(
        _ text: String, at places: [String], isForced: Bool = false, isDryRun: Bool = false
    ) async throws(RegistryError) -> PlacementReceipt {
        let session = try await RegistrySession(location, environment)
        return try session.place(Array(text.utf8), at: places, isForced: isForced, isDryRun: isDryRun)
    }
}

extension RegistrySession {
    /// The most bytes of a file in the way that are looked at.
    private static let placedFileLimit = 1 << 20

    func place(
        _ bytes: [UInt8], at places: [String], isForced: Bool, isDryRun: Bool
    ) throws(RegistryError) -> PlacementReceipt {
        guard let root = repository.workingDirectory, remote == nil else {
            throw RegistryError(
                .notSupportedYet, "files are written in a working tree, and this repository has none",
                hints: ["clone it, run the command there, commit and push"])
        }
        try refuseInsideHook()
        let (file, change) = try choose(bytes, places, root)
        if change == .unchanged { return PlacementReceipt(file: file, change: change) }
        if change == .replaced, !isForced {
            throw RegistryError(
                .targetExists, "the file \(file) exists with other content", subject: file,
                hints: ["see what would be written: add --dry-run --force", "replace it: add --force"])
        }
        try Self.refuseLinks(root, file)
        if !isDryRun {
            try Self.createFolders(root, file)
            try Self.replaceFile("\(root)/\(file)", bytes, shown: file)
        }
        return PlacementReceipt(file: file, change: change)
    }

    private func choose(
        _ bytes: [UInt8], _ places: [String], _ root: String
    ) throws(RegistryError) -> (file: String, change: PlacementReceipt.Change) {
        for place in places.dropLast() {
            let present = try Self.readFile("\(root)/\(place)", limit: Self.placedFileLimit, shown: place)
            guard let present else { return (place, .created) }
            if present == bytes { return (place, .unchanged) }
            if Self.firstLine(present) == Self.firstLine(bytes) { return (place, .replaced) }
        }
        guard let last = places.last else {
            throw RegistryError(.internalFault, "no place for a file was given", hints: ["report this"])
        }
        let present = try Self.readFile("\(root)/\(last)", limit: Self.placedFileLimit, shown: last)
        return (last, present.map { $0 == bytes ? .unchanged : .replaced } ?? .created)
    }

    private static func firstLine(_ bytes: [UInt8]) -> ArraySlice<UInt8> { bytes.prefix { $0 != 0x0A } }

    /// Every part of a path below the root, from the first folder to the file itself.
    private static func steps(_ file: String) -> [String] {
        let parts = file.split(separator: "/")
        return parts.indices.map { parts[...$0].joined(separator: "/") }
    }

    /// A link that somebody committed could make us write anywhere.
    private static func refuseLinks(_ root: String, _ file: String) throws(RegistryError) {
        for step in steps(file) {
            var status = stat()
            guard lstat("\(root)/\(step)", &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { continue }
            throw RegistryError(
                .unsafePath, "\(step) is a symbolic link, so \(file) would be written somewhere else", subject: file,
                hints: ["see where it leads: ls -l \(step.shellQuoted)"])
        }
    }

    private static func createFolders(_ root: String, _ file: String) throws(RegistryError) {
        for folder in steps(file).dropLast() where mkdir("\(root)/\(folder)", 0o777) != 0 && errno != EEXIST {
            throw RegistryError(
                .inputOutput, "cannot create the folder \(folder): \(String(cString: strerror(errno)).lowercased())",
                subject: folder, hints: ["check the permissions of the folder above it"])
        }
    }
}
