extension Pipeline {
    /// A declarative pipeline of Jenkins, for a multibranch project.
    ///
    /// The scripts stand between three single quotes, where Groovy puts no value into a text; the shell reads TAG_NAME.
    static var jenkins: Pipeline {
        Pipeline(
            text: """
                \(head(.jenkins, comment: "//"))
                pipeline {
                    agent any
                    options {
                        skipDefaultCheckout()
                    }
                    stages {
                        stage('git-model') {
                            when {
                                tag pattern: '.+[@#].+', comparator: 'REGEXP'
                            }
                            steps {
                                // The default checkout may leave out the annotated tags.
                                checkout scmGit(
                                    branches: scm.branches,
                                    extensions: scm.extensions + [cloneOption(noTags: false, shallow: false)],
                                    userRemoteConfigs: scm.userRemoteConfigs)
                                sh '''
                                    set -eu
                \(indented(installation, by: 20))
                                    ref="refs/tags/$TAG_NAME"
                \(indented(reaction(), by: 20))
                                '''
                            }
                        }
                    }
                }

                """,
            places: ["Jenkinsfile"],
            steps: { _ in
                ["Have the multibranch project discover tags, and build them (plugin basic-branch-build-strategies)."]
            })
    }
}
