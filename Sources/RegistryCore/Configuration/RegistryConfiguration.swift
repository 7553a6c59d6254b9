/// What `.registry.yaml`, or `.gto` where that is absent, says.
public struct RegistryConfiguration: Hashable, Sendable {
    /// The stages that may be assigned, in the file's order; `nil` allows every stage.
    public var allowedStages: [StageName]?
    /// The types that `annotate` accepts; `nil` allows every type.
    public var allowedTypes: [String]?
    /// What runs when something happens.
    public var hooks: [HookRule]
    /// The file of GTO's annotations, relative to the root.
    public var annotationsFile: String
    /// The file that was read; `nil` where there is none.
    public var file: String?
    /// The environment variable that the stages come from instead of the file; `nil` where none does.
    public var stagesVariable: String?

    /// The configuration of a repository that has no file.
    public init(
        allowedStages: [StageName]? = nil, allowedTypes: [String]? = nil, hooks: [HookRule] = [],
        annotationsFile: String = "artifacts.yaml", file: String? = nil, stagesVariable: String? = nil
    ) {
        self.allowedStages = allowedStages
        self.allowedTypes = allowedTypes
        self.hooks = hooks
        self.annotationsFile = annotationsFile
        self.file = file
        self.stagesVariable = stagesVariable
    }

    /// What says which stages are allowed: a file, or a variable.
    public var stagesOrigin: String { stagesVariable ?? file ?? "the configuration" }

    /// How a stage is allowed.
    public var stagesAdvice: String {
        stagesVariable.map { "add it to the list in \($0)" } ?? "add it to 'stages' in \(file ?? "the configuration")"
    }
}
