import ArgumentParser
import GitTypes
import RegistryCore

/// The form in which a CI product takes the outputs of a job.
enum CIFormat: String, CaseIterable, ExpressibleByArgument {
    /// Lines for the file `$GITHUB_OUTPUT`.
    case github
    /// A dotenv file for `artifacts:reports:dotenv`.
    case gitlab
    /// `export` lines for a POSIX shell.
    case env
    /// One JSON object.
    case json
}

/// What a CI job learns from a tag: the outputs of GTO's own action, and ours.
struct CIOutputs {
    private let values: [(key: String, value: String)]

    init(_ event: RegistryEvent, annotation: ArtifactAnnotation?) {
        self.values = [
            ("event", event.kind.rawValue),
            ("action", event.kind.participle),
            ("name", event.artifact.description),
            ("version", event.version?.description ?? ""),
            ("stage", event.stage?.description ?? ""),
            ("type", annotation?.type ?? ""),
            ("path", annotation?.pathFromRoot ?? ""),
            ("description", annotation?.summary ?? ""),
            ("commit", event.commit.description),
            ("ref", RefName(event.tag).description),
            ("author", event.author.name),
            ("author_email", event.author.email),
        ]
    }

    /// The same for variables, where the event has the word that hooks get: `registered`, not `registration`.
    private var variables: [(key: String, value: String)] {
        values.filter { $0.key != "event" }.map { $0.key == "action" ? ("event", $0.value) : $0 }
    }

    func text(_ format: CIFormat) -> String {
        switch format {
        case .github: values.map { Self.githubOutput($0.key, $0.value) }.joined(separator: "\n")
        case .gitlab:
            variables.map { "MODEL_\($0.key.uppercased())=\(Self.dotenv($0.key, $0.value))" }.joined(separator: "\n")
        case .env:
            variables.map { "export MODEL_\($0.key.uppercased())=\(Self.singleLine($0.value).shellQuoted)" }
                .joined(separator: "\n")
        case .json: JSONValue.object(values.map { .init($0.key, .string($0.value)) }).text()
        }
    }

    /// `key=value`, or between delimiters that the value does not hold where it has several lines.
    private static func githubOutput(_ key: String, _ value: String) -> String {
        let value = value.terminalSafe(keepingLines: true)
        guard value.unicodeScalars.contains(where: { $0 == "\n" }) else { return "\(key)=\(value)" }
        var delimiter = "END_OF_\(key.uppercased())"
        while value.contains(delimiter) { delimiter += "_" }
        return "\(key)<<\(delimiter)\n\(value)\n\(delimiter)"
    }

    /// GitLab fails a job whose dotenv report is larger than 5 KiB, so the texts that nothing bounds are cut.
    private static func dotenv(_ key: String, _ value: String) -> String {
        let line = singleLine(value)
        let limits = ["description": 1_024, "author": 256, "author_email": 256]
        guard let limit = limits[key], line.utf8.count > limit else { return line }
        let mark = "…"
        var room = limit - mark.utf8.count
        let kept = line.unicodeScalars.prefix { scalar in
            room -= UTF8.width(scalar)
            return room >= 0
        }
        return String(kept) + mark
    }

    /// A dotenv file and a shell variable hold one line: line breaks become `\n`, other control characters `\xNN`.
    private static func singleLine(_ value: String) -> String { value.terminalSafe() }
}
