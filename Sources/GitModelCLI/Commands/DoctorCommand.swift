import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the registry for problems",
        discussion: """
            Names every odd tag, file and ref, what it means for the state, and the command that mends it. Nothing \
            is changed. The exit status is 5 where anything was found.
            """)

    @Flag(help: "Print the findings as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let diagnosis = try await common.registry().diagnose()
        let printer = common.printer
        if json {
            printer.json(Self.json(diagnosis))
        } else {
            printer.data("git-model \(GitModelVersion.text)")
            for line in diagnosis.environment { printer.data("\(line.name): \(line.value.terminalSafe())") }
            printer.data("---------------------------------")
            for finding in diagnosis.findings {
                printer.data("\(finding.code.rawValue): \(finding.message.terminalSafe())")
                if let hint = finding.hint { printer.data("    hint: \(hint.terminalSafe())") }
            }
            if diagnosis.findings.isEmpty { printer.data("No issues found") }
        }
        if !diagnosis.findings.isEmpty { throw ExitCode(ErrorCode.findings.exitStatus) }
    }

    private static func json(_ diagnosis: Diagnosis) -> JSONValue {
        [
            "version": .string(GitModelVersion.number),
            "environment": .object(
                [.init("libgit2", .string(RuntimeVersions.libgit2))]
                    + diagnosis.environment.map { .init($0.name, .string($0.value)) }),
            "findings": .array(
                diagnosis.findings.map { finding in
                    [
                        "code": .string(finding.code.rawValue),
                        "subject": .string(finding.subject),
                        "message": .string(finding.message),
                        "hint": .optional(finding.hint),
                    ]
                }),
        ]
    }
}
