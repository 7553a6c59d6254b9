extension Pipeline {
    /// A pipeline of Bitbucket.
    static var bitbucket: Pipeline {
        Pipeline(
            text: """
                \(head(.bitbucket, comment: "#"))
                image: swift:6.2
                clone:
                  depth: full
                definitions:
                  steps:
                    - step: &react
                        name: git-model
                        script:
                          - |
                            set -eu
                \(indented(installation, by: 12))
                          # The checkout need not have the annotated tags.
                          - git fetch --force --tags origin
                          - |
                            set -eu
                            ref="refs/tags/$BITBUCKET_TAG"
                \(indented(reaction(), by: 12))
                pipelines:
                  tags:
                    "**@**":
                      - step: *react
                    "**#**":
                      - step: *react

                """,
            places: ["bitbucket-pipelines.yml"],
            steps: { _ in [] })
    }
}
