import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the registry for problems",
        usage: "git model doctor [<selector>] [<options>]",
        discussion: """
            Names every odd tag, file, ref and lock, what it means for the state, and the command that mends it. \
            Nothing is changed, unless --remove-stale-locks is given. The exit status is 5 where anything was found.

            With a selector it says of one version whether its bytes can be had: where they are, which credentials \
            were found, and what is missing. Stores are asked; no bytes are read.
            """)

    @Argument(help: "Artifact or selector of a version whose bytes are looked for")
    var selector: String?

    @Flag(help: "Remove locks of Git's that are older than ten minutes; no git process may be running")
    var removeStaleLocks = false

    @Flag(help: "Print the findings as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        if let selector { return try await checkDelivery(of: try Selector(selector)) }
        if removeStaleLocks {
            for path in try await common.registry().removeStaleLocks() {
                common.printer.note("Removed the lock \(path.terminalSafe())")
            }
        }
        let diagnosis = try await common.registry().diagnose()
        let printer = common.printer
        if json {
            printer.json(Self.json(diagnosis))
        } else {
            // The repository was read, so that there is one.
            printer.data("git-model \(GitModelVersion.text(libgit2: RuntimeVersions.libgit2 ?? "none"))")
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

    private func checkDelivery(of selector: Selector) async throws {
        var request = DownloadRequest()
        request.checksOnly = true
        let receipt = try await common.registry().download(selector, request)
        let report = DeliveryReport(receipt: receipt)
        let printer = common.printer
        if json { return printer.json(report.json) }
        printer.data(report.summary.terminalSafe())
        let digests = Set(receipt.files.map { $0.digest == nil })
        printer.data("credentials: \(receipt.credentials?.terminalSafe() ?? "none are needed")")
        if digests.contains(true) { printer.data("digest: not recorded for all files, so --no-verify is needed") }
        let repository = common.repo.map { " -r \(GitURL.redact($0).shellQuoted)" } ?? ""
        let option = digests.contains(true) ? " --no-verify" : ""
        let what = receipt.files.count == 1 ? "it" : "all \(receipt.files.count) files"
        printer.data(
            "\(what) can be had: git model download \(selector.description.shellQuoted)\(repository)\(option)")
    }

    private static func json(_ diagnosis: Diagnosis) -> JSONValue {
        [
            "version": .string(RuntimeVersions.product),
            "environment": .object(
                [.init("libgit2", .optional(RuntimeVersions.libgit2))]
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
