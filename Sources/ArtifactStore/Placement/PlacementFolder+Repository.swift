import Glibc

extension PlacementFolder {
    private static let depthLimit = 64
    private static let entryLimit = 1_000_000

    /// The first repository or work tree that is a folder of that name or stands below it; `nil` where there is none.
    /// Links are not followed, for what they lead to stays.
    func repository(in name: String) -> String? {
        var count = 0
        return Self.repository(name, in: folder, depth: 0, &count)
    }

    private static func repository(_ name: String, in folder: OpenFile, depth: Int, _ count: inout Int) -> String? {
        let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let inner = OpenFile(number)
        func holds(_ mark: String) -> Bool {
            var status = stat()
            return fstatat(number, mark, &status, AT_SYMLINK_NOFOLLOW) == 0
        }
        // A work tree, of which a submodule has a file of that name; or a bare one.
        if holds(".git") || holds("objects/pack") && (depth == 0 || holds("HEAD")) { return name }
        guard depth < depthLimit else { return nil }
        for entry in inner.entryNames() {
            count += 1
            if count > entryLimit { return nil }
            let text = String(decoding: entry.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            if let found = repository(text, in: inner, depth: depth + 1, &count) { return "\(name)/\(found)" }
        }
        return nil
    }
}
