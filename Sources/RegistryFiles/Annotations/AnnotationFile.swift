public import RegistryCore

import GitTypes

/// The artifacts that a file describes: a `dvc.yaml` of any folder, or GTO's `artifacts.yaml`.
public struct AnnotationFile: Hashable, Sendable {
    /// Which of the two formats a file has.
    public enum Format: Hashable, Sendable {
        /// `artifacts: {NAME: {path, type, desc, labels, meta}}` among other sections. Names are those of the folder.
        case dvc
        /// `{NAME: {path, type, virtual, labels, description, custom}}`, and nothing else.
        case gto

        /// The format of a file, by its name.
        public init(file: String) {
            self = RepositoryPath.baseName(of: file) == "dvc.yaml" ? .dvc : .gto
        }

        var summaryKey: String { self == .dvc ? "desc" : "description" }
        var customKey: String { self == .dvc ? "meta" : "custom" }
        var limits: YAMLLimits { self == .dvc ? .pipeline : .metadata }
    }

    /// The artifacts in the file's order.
    public let annotations: [ArtifactAnnotation]
    /// What is wrong with artifacts that are left out of ``annotations``.
    public let problems: [RegistryError]

    /// Reads a file. An artifact that cannot be read, like one whose path is a template of DVC, is a problem and does
    /// not hide the others.
    /// - Parameter file: the path from the root of the repository; its folder becomes part of the names.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` where the file as a whole cannot be read.
    public static func parse(_ bytes: [UInt8], file: String) throws(RegistryError) -> AnnotationFile {
        let format = Format(file: file)
        let root = try YAMLDocument.parse(bytes, limits: format.limits, file: file)
        return try AnnotationFile(root: root, format: format, file: file)
    }

    init(root: YAMLNode, format: Format, file: String) throws(RegistryError) {
        let reader = YAMLReader(file: file)
        var entries = try reader.entries(root, of: "the file")
        if format == .dvc {
            entries =
                try entries.first { $0.key == "artifacts" }
                .map { entry throws(RegistryError) in try reader.entries(entry.value, of: "artifacts") } ?? []
        }
        var annotations: [ArtifactAnnotation] = []
        var problems: [RegistryError] = []
        for entry in entries {
            do {
                annotations.append(try Self.annotation(entry, format: format, reader: reader))
            } catch {
                problems.append(error)
            }
        }
        self.annotations = annotations
        self.problems = problems
    }

    /// The name that a key of a file stands for: with the folder of a `dvc.yaml` in front.
    static func name(_ key: String, format: Format, file: String) throws(RegistryError) -> ArtifactName {
        if key.contains(":") {
            throw RegistryError(
                .invalidName, "'\(key)' is not a valid artifact name: a key holds no folder", subject: key,
                hints: ["describe it in the dvc.yaml of that folder"])
        }
        guard format == .dvc, let folder = RepositoryPath.folder(of: file) else { return try ArtifactName(key) }
        return try ArtifactName("\(folder):\(key)")
    }

    private static func annotation(
        _ entry: YAMLNode.Entry, format: Format, reader: YAMLReader
    ) throws(RegistryError) -> ArtifactAnnotation {
        let name = try reader.located(at: entry.keyStart) { () throws(RegistryError) in
            try Self.name(entry.key, format: format, file: reader.file)
        }
        var annotation = ArtifactAnnotation(name: name, file: reader.file)
        for field in try reader.entries(entry.value, of: "the artifact '\(name)'") {
            switch field.key {
            case "path": annotation.path = try Self.text(field, of: name, reader)
            case "type": annotation.type = try Self.text(field, of: name, reader)
            case format.summaryKey: annotation.summary = try Self.text(field, of: name, reader) ?? ""
            case "labels":
                annotation.labels = try reader.texts(field.value, of: "labels")?.map(\.text) ?? []
            case "virtual" where format == .gto:
                guard case .bool(let isVirtual) = field.value.json else {
                    throw reader.refusal(
                        "virtual of the artifact '\(name)' is \(field.value.kindName)", at: field.value.start,
                        hint: "write virtual: true or virtual: false")
                }
                annotation.isVirtual = isVirtual
            case format.customKey: annotation.custom = field.value.isNull ? nil : field.value.json
            // DVC and GTO may add fields; what we do not know we keep and do not judge.
            default: continue
            }
        }
        return annotation
    }

    private static func text(
        _ field: YAMLNode.Entry, of name: ArtifactName, _ reader: YAMLReader
    ) throws(RegistryError) -> String? {
        let what = "\(field.key) of the artifact '\(name)'"
        guard let text = try reader.text(field.value, of: what) else { return nil }
        if field.key == "path", RepositoryPath.isTemplate(text) {
            throw reader.refusal(
                "\(what) is a template of DVC", at: field.value.start, hint: "write the path out")
        }
        return text
    }
}
