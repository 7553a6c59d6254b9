extension Pipeline {
    /// A workflow of GitHub Actions.
    static var github: Pipeline {
        Pipeline(
            text: """
                \(head(.github, comment: "#"))
                name: git-model
                on:
                  push:
                    tags: ["**@v*", "**@deprecated*", "**#**"]
                permissions:
                  contents: read
                jobs:
                  react:
                    runs-on: ubuntu-latest
                    outputs:
                      event: ${{ steps.model.outputs.event }}
                      name: ${{ steps.model.outputs.name }}
                      version: ${{ steps.model.outputs.version }}
                      stage: ${{ steps.model.outputs.stage }}
                    steps:
                      - uses: actions/checkout@v4
                      # The checkout brings the commit, not the annotated tags.
                      - name: Fetch the tags
                        run: git fetch --force --tags origin
                      - name: Install git-model
                        env:
                          GIT_MODEL_SOURCE: ${{ vars.GIT_MODEL_SOURCE }}
                          GIT_MODEL_BRANCH: ${{ vars.GIT_MODEL_BRANCH }}
                        run: |
                \(indented(installation, by: 10))
                          echo "$HOME/.local/bin" >> "$GITHUB_PATH"
                      - name: Read the tag
                        id: model
                        run: |
                          if git model parse-tag "$GITHUB_REF"; then
                            git model check-ref "$GITHUB_REF" --format github >> "$GITHUB_OUTPUT"
                          fi
                      - name: Download the model
                        if: steps.model.outputs.path != '' && (steps.model.outputs.action == 'registered' || steps.model.outputs.action == 'assigned')
                        env:
                          NAME: ${{ steps.model.outputs.name }}
                          VERSION: ${{ steps.model.outputs.version }}
                        run: |
                          mkdir -p delivered
                          git model download "$NAME@$VERSION" -o delivered/
                      # A hook gets the variables that its 'env' in .registry.yaml names; give them to this step.
                      - name: Run the hooks
                        if: steps.model.outputs.event != ''
                        run: git model trigger "$GITHUB_REF" --allow

                """,
            places: [".github/workflows/git-model.yml"],
            steps: { _ in [] })
    }
}
