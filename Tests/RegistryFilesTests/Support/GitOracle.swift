import Glibc

/// The real `git` in an empty repository of its own and an environment that no configuration reaches.
final class GitOracle {
    let folder: String

    struct Failure: Error {
        let call: String
        let status: Int32
    }

    init() throws {
        var template = Array("/tmp/registry-files-XXXXXX".utf8CString)
        guard let path = template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) else {
            throw Failure(call: "mkdtemp", status: errno)
        }
        folder = String(cString: path)
        _ = try run(["init", "--quiet", "--bare", "repo"])
    }

    deinit {
        _ = try? Self.spawn("/bin/rm", ["rm", "-rf", folder], input: "/dev/null", output: "/dev/null")
    }

    /// Runs `git` and gives what it writes.
    func run(_ arguments: [String], input: [UInt8] = [], inRepository: Bool = false) throws -> [UInt8] {
        let (inputFile, outputFile) = ("\(folder)/input", "\(folder)/output")
        try Self.write(input, to: inputFile)
        let place = inRepository ? ["--git-dir", "\(folder)/repo"] : []
        let status = try Self.spawn(
            "/usr/bin/git", ["git", "-C", folder] + place + arguments, input: inputFile, output: outputFile)
        guard status == 0 else { throw Failure(call: arguments.joined(separator: " "), status: status) }
        return try Self.read(outputFile)
    }

    /// What `git for-each-ref` takes for the trailers of tags with these messages, each as `[key, value]`.
    func trailers(of messages: [String]) throws -> [[[String]]] {
        var stream = Array("commit refs/heads/main\ncommitter A <a@b> 1700000000 +0000\ndata 0\n\n".utf8)
        for (number, message) in messages.enumerated() {
            let bytes = Array(message.utf8)
            let name = String(1_000_000 + number)
            stream += Array("tag t\(name)\nfrom refs/heads/main\ntagger A <a@b> 1700000000 +0000\n".utf8)
            stream += Array("data \(bytes.count)\n".utf8) + bytes + [0x0A]
        }
        _ = try run(["fast-import", "--quiet", "--force"], input: stream, inRepository: true)
        let format = "%00%(contents:trailers:only,unfold,separator=%x01,key_value_separator=%x02)"
        let output = try run(["for-each-ref", "--format=\(format)", "refs/tags"], inRepository: true)
        let records = output.split(separator: 0, omittingEmptySubsequences: false).dropFirst()
        return records.map { record in
            let text = record.last == 0x0A ? record.dropLast() : record
            return text.split(separator: 1).map { trailer in
                trailer.split(separator: 2, maxSplits: 1, omittingEmptySubsequences: false)
                    .map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    private static func spawn(
        _ program: String, _ arguments: [String], input: String, output: String
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let environment = [
            "HOME=/nonexistent", "PATH=/usr/bin:/bin", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
            "GIT_CONFIG_NOSYSTEM=1", "TZ=UTC", "LC_ALL=C",
        ]
        let pointers = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for pointer in pointers + variables { free(pointer) } }
        var child: pid_t = 0
        guard posix_spawn(&child, program, &actions, nil, pointers, variables) == 0 else {
            throw Failure(call: program, status: errno)
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw Failure(call: "open \(path)", status: errno) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(call: "write", status: errno) }
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Failure(call: "open \(path)", status: errno) }
        defer { fclose(file) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return result }
            result += buffer[..<count]
        }
    }
}
