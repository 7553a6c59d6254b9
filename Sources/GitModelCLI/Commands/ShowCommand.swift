import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the registry, an artifact or a version",
        discussion: """
            Examples:
              git model show
              git model show churn
              git model show churn#prod --version
              git model show churn@latest --json
              git model show -r https://example.com/team/models.git
            """)

    @Argument(help: "Artifact or selector; without it the whole registry is shown")
    var name: String?

    @OptionGroup(title: "Output") var output: ShowOutputOptions
    @OptionGroup(title: "Filter") var filter: ShowFilterOptions
    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let format = try output.format()
        let selector = try name.map { try Selector($0) }
        let query = try filter.query()
        let registry = try common.registry()
        let snapshot = try await registry.snapshot(scope(selector, query, format))
        let printer = common.printer
        printer.warn(of: snapshot)
        if let selector {
            try await show(selector, in: snapshot, of: registry, query, format, printer)
        } else {
            try show(RegistryView(snapshot, query), format, printer)
        }
    }

    /// What has to be read: the history only where it may be shown.
    private func scope(_ selector: Selector?, _ query: ShowQuery, _ format: ShowFormat) -> RegistryScope {
        guard let selector else { return query.isPlain ? .current : .everything }
        switch selector.target {
        case .latest, .stage:
            return query.isPlain && format != .json
                ? .currentArtifact(selector.artifact) : .artifact(selector.artifact)
        case .artifact, .version: return .artifact(selector.artifact)
        }
    }

    private func show(_ view: RegistryView, _ format: ShowFormat, _ printer: Printer) throws {
        switch format {
        case .json: printer.json(view.json)
        case .field where view.rows.isEmpty: break
        case .field(.name): view.rowsByName.forEach { printer.data($0.displayName) }
        case .field(let field):
            throw RegistryError(
                .invalidArguments, "cannot apply --\(field.rawValue) to the whole registry",
                hints: ["git model show NAME --\(field.rawValue)"])
        case .table(let style):
            if view.rows.isEmpty {
                printer.data("Nothing found in the current workspace")
                return printer.note(
                    view.hiddenCount > 0
                        ? "hint: to see the deprecated artifacts: git model show --deprecated"
                        : "hint: to register a first version: git model register NAME")
            }
            printer.data(view.table.lines(style))
            view.notes.forEach { printer.note($0) }
        }
    }

    private func show(
        _ selector: Selector, in snapshot: RegistrySnapshot, of registry: Registry, _ query: ShowQuery,
        _ format: ShowFormat, _ printer: Printer
    ) async throws {
        var artifact = try snapshot.state.requireArtifact(selector.artifact)
        var versions = ArtifactView.versions(of: artifact, selector.target, query)
        if versions.isEmpty || artifact.latestVersion == nil {
            // Why there is none, and what else `@latest` may mean, only the history tells.
            let whole = try await registry.snapshot(.artifact(selector.artifact)).state
            artifact = try whole.requireArtifact(selector.artifact)
            versions = ArtifactView.versions(of: artifact, selector.target, query)
            if versions.isEmpty { throw nothingFound(selector, whole) }
        }
        let needsFacts = format == .json || versions.contains { $0.version.authoringEvent == nil }
        let facts = needsFacts ? try await registry.commitFacts(Set(versions.map(\.version.commit)), snapshot) : [:]
        let view = ArtifactView(artifact: artifact, versions: versions, facts: facts)
        switch format {
        case .json: printer.json(view.json)
        case .field(.name):
            throw RegistryError(
                .invalidArguments, "cannot apply --name to one artifact",
                hints: ["for the names of all artifacts: git model show --name"])
        case .field(.version) where selector.target != .artifact: view.labels.forEach { printer.data($0) }
        case .field(let field): view.values(field).forEach { printer.data($0) }
        case .table(let style): printer.data(view.table.lines(style))
        }
    }

    /// Why a selector found nothing. Whatever the reason, the status is that of "not found".
    private func nothingFound(_ selector: Selector, _ state: RegistryState) -> RegistryError {
        do throws(RegistryError) {
            _ = try state.version(of: selector)
        } catch {
            guard error.code == .versionInactive || error.code == .ambiguousVersion else { return error }
            return RegistryError(
                .versionNotFound, error.message, subject: error.subject,
                hints: ["git model show \(selector) --deprecated"])
        }
        return RegistryError(
            .versionNotFound, "nothing of \(selector) is to be shown with these filters",
            subject: selector.description, hints: ["git model show \(selector.artifact) --vs -1 --av -1"])
    }
}

/// The column that `--version`, `--stage` and the like print alone.
enum ShowField: String {
    case name
    case version
    case stage
    case ref
}

/// The form that `show` prints in.
enum ShowFormat: Equatable {
    case json
    case table(TextTable.Style)
    case field(ShowField)
}

struct ShowOutputOptions: ParsableArguments {
    @Flag(help: "Print everything as JSON")
    var json = false

    @Flag(help: "Print the table without lines, for grep")
    var plain = false

    @Flag(name: .customLong("name"), help: "Print the names alone, one a line")
    var showsName = false

    @Flag(name: .customLong("version"), help: "Print the versions alone, one a line")
    var showsVersion = false

    @Flag(name: .customLong("stage"), help: "Print the stages alone, one line a version")
    var showsStage = false

    @Flag(name: .customLong("ref"), help: "Print the Git tags alone, one a line")
    var showsRef = false

    func format() throws -> ShowFormat {
        let chosen: [ShowFormat] = [
            json ? .json : nil, plain ? .table(.plain) : nil, showsName ? .field(.name) : nil,
            showsVersion ? .field(.version) : nil, showsStage ? .field(.stage) : nil, showsRef ? .field(.ref) : nil,
        ].compactMap { $0 }
        if chosen.count > 1 {
            throw RegistryError(
                .invalidArguments, "only one output format may be chosen",
                hints: ["keep one of --json, --plain, --name, --version, --stage, --ref"])
        }
        return chosen.first ?? .table(.outlined)
    }
}

struct ShowFilterOptions: ParsableArguments {
    @Flag(name: [.customLong("ro"), .long], help: "Show only registered versions")
    var registeredOnly = false

    @Flag(name: [.short, .long], help: "Show deprecated artifacts and deregistered versions too")
    var deprecated = false

    @Option(
        name: [.customLong("av"), .long], parsing: .unconditional,
        help: ArgumentHelp("Show N last stages for each version; -1 for all", valueName: "n"))
    var assignmentsPerVersion = -1

    @Option(
        name: [.customLong("vs"), .long], parsing: .unconditional,
        help: ArgumentHelp("Show N last versions for each stage, after --av; -1 for all", valueName: "n"))
    var versionsPerStage = 1

    @Option(help: ArgumentHelp("Order of the versions in a stage", valueName: "order"))
    var sort: SortOption = .timestamp

    func query() throws -> ShowQuery {
        for (flag, value) in [("--av", assignmentsPerVersion), ("--vs", versionsPerStage)] where value < -1 {
            throw RegistryError(
                .invalidArguments, "\(flag) takes -1 or a greater number, not \(value)", hints: ["\(flag) -1 shows all"]
            )
        }
        return ShowQuery(
            isRegisteredOnly: registeredOnly, includesDeprecated: deprecated,
            stagesPerVersion: assignmentsPerVersion < 0 ? nil : assignmentsPerVersion,
            versionsPerStage: versionsPerStage < 0 ? nil : versionsPerStage, order: sort.order)
    }
}

/// GTO's `--sort`.
enum SortOption: String, ExpressibleByArgument, CaseIterable {
    case timestamp
    case semver

    var order: VersionOrder { self == .timestamp ? .timestamp : .semver }
}

/// What `show` leaves out, and how it orders what stays.
struct ShowQuery {
    let isRegisteredOnly: Bool
    let includesDeprecated: Bool
    let stagesPerVersion: Int?
    let versionsPerStage: Int?
    let order: VersionOrder

    /// Whether it asks for what holds now and for no more.
    var isPlain: Bool {
        !isRegisteredOnly && !includesDeprecated && stagesPerVersion == nil && versionsPerStage == 1
            && order == .timestamp
    }
}
