import Glibc

extension Sandbox {
    /// Makes a repository with commits on `main`, each of which changes `data.txt`.
    public func makeRepository(_ folder: String = "repo", commits: Int = 1) throws {
        try succeed("git init -q '\(folder)'")
        for number in 0..<commits {
            try succeed("echo \(number) > data.txt && git add . && git commit -q -m 'commit \(number)'", in: folder)
        }
    }

    /// Makes a bare repository, and `origin` of another one lead to it.
    public func makeRemote(_ remote: String = "remote.git", of folder: String = "repo") throws {
        try succeed("git init -q --bare '\(remote)'")
        try succeed("git remote add origin '\(path)/\(remote)' && git push -q origin main", in: folder)
    }

    /// Commits a file of the repository.
    public func commit(_ text: String, as file: String, in folder: String = "repo") throws {
        try Self.createFolders(of: "\(path)/\(folder)/\(file)")
        try Self.write(text, to: "\(path)/\(folder)/\(file)")
        try succeed("git add -A && git commit -q -m 'change \(file.split(separator: "/").last ?? "")'", in: folder)
    }

    /// Makes the folders above a file.
    public static func createFolders(of file: String) throws {
        var folder = ""
        for part in file.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
    }

    /// Runs `git model` with a command line of `sh`.
    public func model(_ arguments: String, in folder: String = "repo") throws -> Outcome {
        try run("git model \(arguments)", in: folder)
    }

    /// The names of the tags, one a line, as git lists them.
    public func tags(in folder: String = "repo") throws -> [String] {
        try succeed("git for-each-ref --format='%(refname:strip=2)' refs/tags", in: folder)
            .split(separator: "\n").map(String.init)
    }

    /// The refs with the ids that they have, as git lists them.
    public func references(in folder: String = "repo") throws -> String {
        try succeed("git for-each-ref --format='%(refname) %(objectname)'", in: folder)
    }

    /// The names and sums of all files below a folder.
    public func footprint(of folder: String = "repo") throws -> String {
        try succeed(
            "find . -path '*git-model/write.lock' -o -path '*git-model/index.sqlite*' -prune -o -type f -exec cksum {} + | LC_ALL=C sort",
            in: folder)
    }

    /// Makes a tag of an object's bytes, whatever is wrong with them.
    public func plantTag(_ name: String, _ object: [UInt8], in folder: String = "repo") throws {
        try Self.write(object, to: "\(path)/planted")
        try succeed(
            """
            id=$(git hash-object -t tag -w --literally '\(path)/planted') && file=$(git rev-parse --git-path 'refs/tags/\(name)') &&
            mkdir -p "$(dirname "$file")" && echo "$id" > "$file"
            """, in: folder)
    }

    /// Makes a tag of an object in git's form, with parts that git would refuse.
    public func plantTag(
        _ name: String, inside: String? = nil, type: String = "commit", target: String = "HEAD",
        tagger: String? = "Ana Ruiz <ana@example.com> 1772443800 +0000", message: String = "planted",
        in folder: String = "repo"
    ) throws {
        let id = try succeed("git rev-parse '\(target)'", in: folder)
        let lines = ["object \(id)", "type \(type)", "tag \(inside ?? name)"] + (tagger.map { ["tagger \($0)"] } ?? [])
        try plantTag(name, Array((lines.joined(separator: "\n") + "\n\n" + message).utf8), in: folder)
    }

    /// The bytes of a file.
    public static func readBytes(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Unavailable(what: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
        return bytes
    }

    /// Writes bytes to a file.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw Unavailable(what: path) }
        defer { fclose(file) }
        if fwrite(bytes, 1, bytes.count, file) != bytes.count { throw Unavailable(what: path) }
    }
}
