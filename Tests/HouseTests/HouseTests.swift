import Glibc
import Testing

/// Holds the `import` lines of Sources/ against the arrows of docs/architecture.md.
@Suite struct HouseTests {
    @Test func `every import follows an arrow`() throws {
        let arrows = try Self.arrows()
        for (room, files) in try Self.rooms() where !room.hasPrefix("C") || arrows[room] != nil {
            let allowed = try #require(arrows[room], "docs/architecture.md has no line for \(room)")
            for file in files {
                for imported in Self.imports(of: file) where Self.isOurs(imported) {
                    #expect(allowed.contains(imported), "\(file) imports \(imported)")
                }
            }
        }
    }

    @Test func `every arrow is used`() throws {
        let rooms = try Self.rooms()
        for (room, allowed) in try Self.arrows() {
            let used = Set(try #require(rooms[room], "there is no room \(room)").flatMap(Self.imports))
            for target in allowed { #expect(used.contains(target), "\(room) never imports \(target)") }
        }
    }

    @Test(arguments: [
        ("Subprocess", ["ChildProcess"]), ("ArgumentParser", ["GitModelCLI"]), ("CLibGit2", ["LibGit2"]),
        ("CLibYAML", ["RegistryFiles"]), ("CLibCrypto", ["ArtifactStore", "Outbound"]),
        ("CLinux", ["ArtifactStore", "ModelRegistry"]),
        ("CLibCurl", ["Outbound"]), ("CLibSQLite", ["RegistryIndex"]),
    ])
    func `a package or C library is imported by its rooms alone`(module: String, owners: [String]) throws {
        for (room, files) in try Self.rooms() where !owners.contains(room) {
            for file in files { #expect(!Self.imports(of: file).contains(module), "\(file) imports \(module)") }
        }
    }

    @Test func `nothing imports Foundation`() throws {
        // It makes the program four times as large and slower to start.
        for file in try Self.rooms().values.joined() {
            #expect(Self.imports(of: file).isDisjoint(with: ["Foundation", "FoundationEssentials"]), "\(file)")
        }
    }

    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private static func isOurs(_ module: String) -> Bool {
        access("\(root)/Sources/\(module)", F_OK) == 0
    }

    /// The arrows of the document: a room, and what it may import.
    private static func arrows() throws -> [String: Set<String>] {
        var arrows: [String: Set<String>] = [:]
        let text = try read("\(root)/docs/architecture.md")
        let block = text.split(separator: "```arrows\n")[1].split(separator: "```")[0]
        for line in block.split(separator: "\n") {
            let sides = line.split(separator: "->", omittingEmptySubsequences: false)
            let targets = sides[1].split(separator: ",").map { $0.filter { $0 != " " } }
            arrows[sides[0].filter { $0 != " " }] = Set(targets.filter { !$0.isEmpty })
        }
        return arrows
    }

    /// The rooms with the paths of their Swift files.
    private static func rooms() throws -> [String: [String]] {
        var rooms: [String: [String]] = [:]
        for room in try names(in: "\(root)/Sources") {
            let files = try swiftFiles(below: "\(root)/Sources/\(room)")
            if !files.isEmpty { rooms[room] = files }
        }
        return rooms
    }

    private static func swiftFiles(below folder: String) throws -> [String] {
        try names(in: folder).flatMap { name -> [String] in
            if name.hasSuffix(".swift") { return ["\(folder)/\(name)"] }
            return name.contains(".") ? [] : try swiftFiles(below: "\(folder)/\(name)")
        }
    }

    private static func imports(of file: String) -> Set<String> {
        let lines = ((try? read(file)) ?? "").split(separator: "\n")
        return Set(
            lines.compactMap { line -> String? in
                let words = line.split(separator: " ")
                guard let position = words.firstIndex(of: "import"), position <= 2, words.count > position + 1,
                    words[..<position].allSatisfy({
                        $0.hasPrefix("@") || ["public", "internal", "package"].contains($0)
                    })
                else { return nil }
                return String(words[position + 1])
            })
    }

    private static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func read(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"), "\(path) cannot be read")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
