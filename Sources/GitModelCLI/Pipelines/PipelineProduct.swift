import ArgumentParser

/// A CI product that `init` can write a pipeline for.
enum PipelineProduct: String, CaseIterable, ExpressibleByArgument {
    case github
    case gitlab
    case jenkins
    case bitbucket

    var pipeline: Pipeline {
        switch self {
        case .github: .github
        case .gitlab: .gitlab
        case .jenkins: .jenkins
        case .bitbucket: .bitbucket
        }
    }
}
