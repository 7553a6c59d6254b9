import TestSupport
import Testing

/// Holds the help of every command to the rules of a terminal of 80 columns.
@Suite struct HelpTests {
    @Test func `help fits 80 columns, and its first line is a short command`() async throws {
        try await onThreadOfItsOwn { try Self.checkAll() }
    }

    private static func checkAll() throws {
        let sandbox = Sandbox()
        sandbox.environment["COLUMNS"] = "80"
        let root = try sandbox.succeed("git-model -h")
        let commands = root.split(separator: "\n").filter {
            $0.hasPrefix("  ") && $0.dropFirst(2).first?.isLetter == true
        }
        .compactMap { $0.split { $0 == " " || $0 == "," }.first.map(String.init) }
        #expect(commands.count >= 14 && commands.contains("register") && commands.contains("completion"))
        let hooks = ["list", "allow", "log", "retry", "install", "uninstall"].map { "hooks \($0)" }
        for command in commands + hooks {
            let lines = try sandbox.succeed("git-model \(command) -h").split(
                separator: "\n", omittingEmptySubsequences: false)
            let abstract = lines[0].dropFirst("OVERVIEW: ".count)
            #expect(abstract.count < 60 && abstract.last != "." && abstract.first?.isUppercase == true, "\(abstract)")
            for line in lines { #expect(line.count <= 80, "\(command): \(line)") }
            // A paragraph that was wrapped twice has a short line in its middle.
            let usage = lines.firstIndex { $0.hasPrefix("USAGE:") } ?? lines.endIndex
            for (line, next) in zip(lines[1..<usage], lines[1..<usage].dropFirst()) {
                let isParagraph = !line.isEmpty && !next.isEmpty && !line.hasPrefix(" ") && !next.hasPrefix(" ")
                guard isParagraph, let word = next.split(separator: " ").first else { continue }
                #expect(line.count + 1 + word.count > 78 || line.hasSuffix(":"), "\(command): \(line)")
            }
        }
    }
}
