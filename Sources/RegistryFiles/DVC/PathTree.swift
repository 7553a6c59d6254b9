import GitTypes

/// The files of a listing as the tree that they make.
enum PathTree {
    /// Why the paths cannot all exist. Canonically equivalent Unicode counts as the same, as it does on a Mac's disk.
    static func contradiction(in paths: [String]) -> String? {
        var files = Set<String>(minimumCapacity: paths.count)
        var folders = Set<String>()
        // Listings are sorted: most files share the folder of the one before.
        var lastFolder = ""
        for file in paths {
            guard files.insert(file).inserted else {
                return "the path '\(file.terminalSafe(limit: 60))' comes twice"
            }
            var path = file
            while let folder = folder(of: path), folder != lastFolder, folders.insert(folder).inserted { path = folder }
            lastFolder = self.folder(of: file) ?? ""
        }
        guard let both = folders.first(where: files.contains) else { return nil }
        return "the path '\(both.terminalSafe(limit: 60))' is a file and a folder"
    }

    /// What stands before the last slash, by bytes: to the kernel a slash is a slash, whatever mark follows it.
    private static func folder(of path: String) -> String? {
        var path = path
        return path.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var length = bytes.count
            while length > 0, start[length - 1] != UInt8(ascii: "/") { length -= 1 }
            return length < 2 ? nil : JSONString.copy(start, count: length - 1)
        }
    }
}
