public import GitTypes
public import RegistryCore

/// The registry at one moment.
public struct RegistrySnapshot: Sendable {
    /// The state that the tags, and the annotations of HEAD, make.
    public let state: RegistryState
    /// The names that are taken, of the artifact that was asked for.
    let tagNames: TagNames
    /// What the configuration says.
    public let configuration: RegistryConfiguration
    /// The commit of HEAD; `nil` in a repository without commits.
    public let head: ObjectID?
    /// What is odd about the tags and files, beside what ``RegistryState/findings`` has.
    public let findings: [Finding]
    /// Why the configuration cannot be read; then ``configuration`` is empty.
    public let configurationError: RegistryError?

    init(
        _ tags: TagState, head: ObjectID?, configuration: RegistryConfiguration,
        _ configurationError: RegistryError?, _ annotations: MetadataReader.Annotations, upstream: [Finding]
    ) {
        var state = tags.state
        var findings = tags.findings
        if let error = configurationError {
            findings.append(
                Finding(
                    .unreadableFile, subject: error.subject ?? "configuration", message: error.message,
                    hint: error.hints.first))
        }
        if let head { state.addAnnotations(annotations.values, at: head) }
        self.state = state
        self.tagNames = tags.names
        self.configuration = configuration
        self.head = head
        self.findings = findings + annotations.findings + upstream
        self.configurationError = configurationError
    }
}

/// A tag read back as an event, with what the files at its commit say.
public struct CheckedEvent: Sendable {
    /// The event.
    public let event: RegistryEvent
    /// What the files say of the artifact at the event's commit.
    public let annotation: ArtifactAnnotation?
}

/// What `doctor` found.
public struct Diagnosis: Sendable {
    /// A fact about this program or repository.
    public struct Line: Hashable, Sendable {
        /// What it is.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// Versions and settings that matter in a report.
    public let environment: [Line]
    /// Everything odd.
    public let findings: [Finding]
}

/// What is to be written about an artifact. What is `nil` stays as it is.
public struct AnnotationChanges: Hashable, Sendable {
    /// The type.
    public var type: String?
    /// The path or URL, relative to the file that is edited.
    public var path: String?
    /// Labels to add.
    public var labels: [String]
    /// The description.
    public var summary: String?
    /// Refuses a path that is not in the working tree.
    public var mustExist: Bool

    /// Creates the changes.
    public init(type: String?, path: String?, labels: [String], summary: String?, mustExist: Bool) {
        self.type = type
        self.path = path
        self.labels = labels
        self.summary = summary
        self.mustExist = mustExist
    }

    /// Whether nothing is to be written.
    public var isEmpty: Bool { type == nil && path == nil && labels.isEmpty && summary == nil }
}

/// What `annotate` did.
public struct AnnotationReceipt: Hashable, Sendable {
    /// The file, relative to the root of the repository.
    public let file: String
}

/// What became of a generated file.
public struct PlacementReceipt: Hashable, Sendable {
    /// What was done, or in a dry run would be.
    public enum Change: String, Hashable, Sendable {
        /// There was no such file.
        case created
        /// There was one with other content.
        case replaced
        /// It has this content already.
        case unchanged
    }

    /// The file, relative to the root of the repository.
    public let file: String
    /// What was done.
    public let change: Change
}

/// What `download` brought.
public struct DownloadReceipt: Hashable, Sendable {
    /// One file.
    public struct File: Hashable, Sendable {
        /// Where it stands.
        public let target: String
        /// Its bytes; `nil` where they are not known before they come.
        public let size: Int?
        /// `sha256:` or another algorithm, and the digits; `nil` where nobody recorded it.
        public let digest: String?
        /// Where its bytes are from, secrets masked.
        public let source: String
        /// Whether it stood there already.
        public let isUnchanged: Bool
    }

    /// The artifact.
    public let artifact: ArtifactName
    /// Its version.
    public let version: VersionLabel
    /// The stage that was asked for; `nil` where the version was meant another way.
    public let stage: StageName?
    /// The stages that the version is in.
    public let stages: [StageName]
    /// The commit that the bytes are from.
    public let commit: ObjectID
    /// The file or folder.
    public let target: String
    /// Where the bytes are from, secrets masked.
    public let source: String
    /// How the source lets us in, for people; `nil` where it lets everybody in.
    public let credentials: String?
    /// The bytes of all files; `nil` where they are not known before they come.
    public let size: Int?
    /// The files, by path.
    public let files: [File]
    /// Whether nothing was written.
    public let isDryRun: Bool
}
