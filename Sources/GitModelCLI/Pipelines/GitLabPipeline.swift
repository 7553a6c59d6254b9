extension Pipeline {
    /// A pipeline of GitLab: the project's own, or a file that it includes.
    static var gitlab: Pipeline {
        let export = "git model check-ref \"$ref\" --format gitlab > git-model.env"
        return Pipeline(
            text: """
                \(head(.gitlab, comment: "#"))
                # Later jobs that need this one get the variables MODEL_EVENT, MODEL_NAME and so on.
                git-model:
                  image: swift:6.2
                  rules:
                    - if: $CI_COMMIT_TAG =~ /[@#]/
                  script:
                    - |
                      set -eu
                \(indented(installation, by: 6))
                    # The checkout brings few commits and not all of the tags.
                    - git fetch --force --tags origin
                    - |
                      set -eu
                      # The runner made this clone, and keeps in its configuration how to reach the server.
                      export GIT_MODEL_TRUST_CONFIG=1
                      ref="refs/tags/$CI_COMMIT_TAG"
                      : > git-model.env
                \(indented(reaction(export: export), by: 6))
                  artifacts:
                    reports:
                      dotenv: git-model.env

                """,
            places: [".gitlab-ci.yml", include],
            steps: { file in
                file == include
                    ? ["Add to .gitlab-ci.yml:", "    include:", "      - local: \(include)"] : []
            })
    }

    private static let include = ".gitlab/git-model.yml"
}
