import ArgumentParser
import GitTypes
import Glibc
import ModelRegistry
import RegistryCore

struct DownloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Download the model that is in a stage",
        usage: "git model download <selector> [<options>]",
        discussion: """
            The bytes come from wherever they are kept: Git, Git LFS, the cache or remote of DVC, an address. They are \
            checked against the digest of the version before anything stands under its final name; a file or folder \
            that has the same content already is left alone. A name alone means the latest version. A download that \
            was interrupted goes on where it stopped when the same command is given again.

            Examples:
              git model download churn#prod
              git model download churn@v1.2.0 -o models/
              git model download churn#prod -r https://example.com/team/models.git
            """,
        aliases: ["pull"])

    @Argument(help: "Artifact or selector")
    var selector: String

    @Option(
        name: [.short, .long],
        help: "Where to put it: a new name, or a folder that exists (default: the artifact's own name here)")
    var output: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Files, or parts of a large file, that come side by side, 1 to 64", valueName: "number"))
    var jobs = 8

    @Flag(help: "Replace what is there, and take a deregistered or deprecated version too")
    var force = false

    @Flag(help: "Say what would be done, and write nothing")
    var dryRun = false

    @Flag(help: "Ask whether the bytes can be had, and read none of them")
    var check = false

    @Flag(name: .customLong("no-verify"), help: "Take the bytes as they are, whatever was registered")
    var skipsVerification = false

    @Flag(
        name: .customLong("allow-file-urls"),
        help: "Let the repository name files of this machine by file:// addresses")
    var allowsFileURLs = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        guard (1...64).contains(jobs) else {
            throw RegistryError(
                .invalidArguments, "--jobs is \(jobs), and must be from 1 to 64", hints: ["leave it out for 8"])
        }
        let printer = common.printer
        let bar = common.quiet || isatty(STDERR_FILENO) == 0 ? nil : ProgressBar()
        var request = DownloadRequest()
        request.output = output
        request.isForced = force
        request.isDryRun = dryRun
        request.checksOnly = check
        request.jobs = jobs
        request.verifies = !skipsVerification
        request.allowsFileURLs = allowsFileURLs
        request.observer.onStart = { printer.note(DeliveryReport(receipt: $0).summary.terminalSafe()) }
        if let bar {
            request.observer.onProgress = { bar.update($0) }
        } else {
            request.observer.onFile = { path, size, digest in
                printer.note("wrote \(path.terminalSafe()) (\(ByteCount.text(size)), \(ContentLabel.short(digest)))")
            }
        }
        if skipsVerification { printer.warning("warning: the bytes are not checked against what was registered") }
        let receipt: DownloadReceipt
        do {
            receipt = try await common.registry().download(try Selector(selector), request)
        } catch {
            bar?.clear()
            throw error
        }
        bar?.clear()
        print(receipt, printer)
    }

    private func print(_ receipt: DownloadReceipt, _ printer: Printer) {
        let report = DeliveryReport(receipt: receipt)
        if json { return printer.json(report.json) }
        if dryRun || check {
            for file in receipt.files {
                let state = check ? "can be had" : file.isUnchanged ? "unchanged" : "would write"
                let size = file.size.map { ByteCount.text($0) } ?? "size not known before"
                printer.note(
                    "\(state): \(file.target.terminalSafe()) (\(size), \(file.digest.map(ContentLabel.short) ?? "no digest"))"
                )
            }
            if let credentials = receipt.credentials { printer.note("credentials: \(credentials.terminalSafe())") }
            return
        }
        let unchanged = receipt.files.count { $0.isUnchanged }
        if unchanged > 0 {
            printer.note("\(receipt.target.terminalSafe()) has this content already: nothing was downloaded")
        }
        printer.data(receipt.target.terminalSafe())
    }
}
