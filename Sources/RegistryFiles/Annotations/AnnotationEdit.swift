public import RegistryCore

import GitTypes

/// Changes what a `dvc.yaml` or `artifacts.yaml` says of one artifact, and nothing else of the file.
///
/// The text is edited, not written anew: comments, order, indentation, quotes, line ends and every other byte stay. The
/// result is read again before it is handed out; where it does not say exactly what was asked for, nothing is written.
public enum AnnotationEdit {
    /// Describes an artifact: a new one at the end, or the given fields of one that is there.
    ///
    /// Given are the texts that are not `nil` or empty, ``ArtifactAnnotation/custom`` unless null, and
    /// ``ArtifactAnnotation/isVirtual`` where it is false. By GTO's rule labels are united with those that are there
    /// and sorted, other fields are replaced; a list of labels with comments in it keeps its order, and new ones follow.
    /// - Parameters:
    ///   - original: the bytes of the file; `nil` makes a new one.
    ///   - file: the path from the root of the repository. Its folder must be that of the name.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` where the file cannot be read, or cannot be
    ///   edited without changing more, and ``ErrorCode/invalidName`` where the name belongs into another file.
    public static func setting(
        _ annotation: ArtifactAnnotation, in original: [UInt8]?, file: String
    ) throws(RegistryError) -> [UInt8] {
        let format = AnnotationFile.Format(file: file)
        let key = annotation.name.baseName
        guard try AnnotationFile.name(key, format: format, file: file) == annotation.name else {
            throw RegistryError(
                .invalidName, "'\(annotation.name)' cannot be described in \(file)",
                subject: annotation.name.description,
                hints: ["describe it in \(annotation.name.folder.map { "\($0)/" } ?? "")dvc.yaml"])
        }
        var editor = try YAMLTextEditor(original ?? [], limits: format.limits, file: file)
        let before = try AnnotationFile(root: editor.root, format: format, file: file)
        var intended = annotation
        if let entry = artifacts(in: editor.root, format: format)?.entries?.first(where: { $0.key == key }) {
            guard let existing = before.annotations.first(where: { $0.name == annotation.name }) else {
                throw uneditable(file, "the artifact '\(annotation.name)' cannot be read as it is")
            }
            intended = try update(entry, from: existing, to: annotation, format: format, editor: &editor)
        } else {
            let members = fields(of: annotation, format: format).map { JSONValue.Member($0.key, $0.value) }
            try insert(JSONValue.Member(key, .object(members)), format: format, editor: &editor)
        }
        intended.file = file
        if intended.custom == .null { intended.custom = nil }
        let result = editor.result
        let after = try check(result, editor: editor, format: format, changed: annotation.name)
        guard after.annotations.first(where: { $0.name == annotation.name }) == intended else {
            throw uneditable(file, "the artifact '\(annotation.name)' would not read back as it was given")
        }
        return result
    }

    /// Takes the description of an artifact out, with the comments inside it; comments above it stay.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/annotationNotFound`` where the file does not describe it, and
    ///   ``ErrorCode/invalidFile`` as for ``setting(_:in:file:)``.
    public static func removing(
        _ name: ArtifactName, in original: [UInt8], file: String
    ) throws(RegistryError) -> [UInt8] {
        let format = AnnotationFile.Format(file: file)
        var editor = try YAMLTextEditor(original, limits: format.limits, file: file)
        let container = artifacts(in: editor.root, format: format)
        guard let container, container[name.baseName] != nil,
            try AnnotationFile.name(name.baseName, format: format, file: file) == name
        else {
            throw RegistryError(
                .annotationNotFound, "\(file) does not describe '\(name)'", subject: name.description,
                hints: ["git model show \(name)"])
        }
        let owner = format == .dvc ? editor.root.entries?.first { $0.key == "artifacts" } : nil
        try editor.remove(name.baseName, from: container, keyedBy: owner)
        let result = editor.result
        let after = try check(result, editor: editor, format: format, changed: name)
        if after.annotations.contains(where: { $0.name == name }) {
            throw uneditable(file, "the artifact '\(name)' would still be there")
        }
        return result
    }

    private static func artifacts(in root: YAMLNode, format: AnnotationFile.Format) -> YAMLNode? {
        format == .dvc ? root["artifacts"] : root
    }

    /// The fields that are given, in the order in which they are written.
    private static func fields(
        of annotation: ArtifactAnnotation, format: AnnotationFile.Format
    ) -> [(key: String, value: JSONValue)] {
        var fields: [(key: String, value: JSONValue)] = []
        if let path = annotation.path { fields.append(("path", .string(path))) }
        if let type = annotation.type { fields.append(("type", .string(type))) }
        if format == .gto, !annotation.isVirtual { fields.append(("virtual", .bool(false))) }
        if !annotation.summary.isEmpty { fields.append((format.summaryKey, .string(annotation.summary))) }
        if !annotation.labels.isEmpty { fields.append(("labels", .array(annotation.labels.map { .string($0) }))) }
        if let custom = annotation.custom, custom != .null { fields.append((format.customKey, custom)) }
        return fields
    }

    private static func insert(
        _ artifact: JSONValue.Member, format: AnnotationFile.Format, editor: inout YAMLTextEditor
    ) throws(RegistryError) {
        guard format == .dvc else { return try editor.append([artifact], toRootAtEnd: false) }
        if let owner = editor.root.entries?.first(where: { $0.key == "artifacts" }) {
            try editor.append([artifact], to: owner.value, keyedBy: owner, isInFlow: editor.root.isFlow)
        } else {
            try editor.append([JSONValue.Member("artifacts", .object([artifact]))], toRootAtEnd: true)
        }
    }

    /// Edits the fields that change; gives what the artifact then says.
    private static func update(
        _ entry: YAMLNode.Entry, from existing: ArtifactAnnotation, to annotation: ArtifactAnnotation,
        format: AnnotationFile.Format, editor: inout YAMLTextEditor
    ) throws(RegistryError) -> ArtifactAnnotation {
        var wanted = existing
        wanted.path = annotation.path ?? existing.path
        wanted.type = annotation.type ?? existing.type
        if !annotation.summary.isEmpty { wanted.summary = annotation.summary }
        if !annotation.isVirtual { wanted.isVirtual = false }
        if let custom = annotation.custom, custom != .null { wanted.custom = custom }
        let additions = Set(annotation.labels).subtracting(existing.labels)
        let hasCommentedLabels = entry.value["labels"].map { editor.hasComments(in: $0) } ?? false
        if hasCommentedLabels {
            wanted.labels = existing.labels + sorted(additions)
        } else if !additions.isEmpty {
            wanted.labels = sorted(additions.union(existing.labels))
        }

        let isInFlow = entry.value.isFlow
        let old = fields(of: existing, format: format)
        var missing: [JSONValue.Member] = []
        for (key, value) in fields(of: wanted, format: format) where old.first(where: { $0.key == key })?.value != value
        {
            if let field = entry.value.entries?.first(where: { $0.key == key }) {
                if key == "labels", hasCommentedLabels {
                    try editor.append(sorted(additions), to: field.value)
                } else {
                    try editor.replaceValue(of: field, with: value, isInFlow: isInFlow)
                }
            } else {
                missing.append(JSONValue.Member(key, value))
            }
        }
        if !missing.isEmpty {
            let isArtifactsFlow = artifacts(in: editor.root, format: format)?.isFlow ?? false
            try editor.append(missing, to: entry.value, keyedBy: entry, isInFlow: isArtifactsFlow)
        }
        return wanted
    }

    private static func sorted(_ labels: Set<String>) -> [String] {
        labels.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Reads the result and makes sure that nothing but one artifact is another than before.
    private static func check(
        _ result: [UInt8], editor: YAMLTextEditor, format: AnnotationFile.Format, changed name: ArtifactName
    ) throws(RegistryError) -> AnnotationFile {
        let file = editor.file
        let root: YAMLNode
        do {
            root = try YAMLDocument.parse(result, limits: format.limits, file: file)
        } catch {
            throw uneditable(file, "the edited file could not be read (\(error.message))")
        }
        let outside = { (root: YAMLNode) in
            (root.entries ?? []).filter { format == .dvc && $0.key != "artifacts" }.map { [$0.key: $0.value.json] }
        }
        let others = { (root: YAMLNode) in
            (artifacts(in: root, format: format)?.entries ?? []).filter { $0.key != name.baseName }
                .map { [$0.key: $0.value.json] }
        }
        let known: Set<String> = ["path", "type", "virtual", "labels", format.summaryKey, format.customKey]
        let unknown = { (root: YAMLNode) in
            (artifacts(in: root, format: format)?[name.baseName]?.entries ?? []).filter { !known.contains($0.key) }
                .map { [$0.key: $0.value.json] }
        }
        guard outside(root) == outside(editor.root), others(root) == others(editor.root) else {
            throw uneditable(file, "the edit would change more than the artifact '\(name)'")
        }
        let isRemoved = artifacts(in: root, format: format)?[name.baseName] == nil
        guard isRemoved || unknown(root) == unknown(editor.root) else {
            throw uneditable(file, "the edit would change other fields of the artifact '\(name)'")
        }
        return try AnnotationFile(root: root, format: format, file: file)
    }

    private static func uneditable(_ file: String, _ why: String) -> RegistryError {
        RegistryError(.invalidFile, "\(file) was not changed: \(why)", subject: file, hints: ["edit \(file) by hand"])
    }
}
