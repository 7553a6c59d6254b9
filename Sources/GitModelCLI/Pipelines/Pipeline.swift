/// The pipeline that makes a CI product react to the tags of a registry.
///
/// What a tag says never becomes text of a script: it reaches the shell in variables, which the scripts quote.
struct Pipeline {
    /// The file's text. Its first line is the same in every edition, so that an older one is known again.
    let text: String
    /// Where the product reads it, relative to the root of the repository; the best place first.
    let places: [String]
    /// What remains to be done by hand where the file stands at this place.
    let steps: @Sendable (_ file: String) -> [String]

    /// Brings `git-model` to a machine that does not have it. The variables GIT_MODEL_SOURCE and, where it should be
    /// another than the newest, GIT_MODEL_BRANCH come from the settings of the CI product.
    static let installation = """
        if ! command -v git-model; then
          : "${GIT_MODEL_SOURCE:?set this CI variable to the address of the sources of git-model}"
          command -v make || { apt-get update && apt-get install --yes make; }
          folder=$(mktemp -d)
          git clone --quiet --depth 1 ${GIT_MODEL_BRANCH:+--branch "$GIT_MODEL_BRANCH"} -- "$GIT_MODEL_SOURCE" "$folder"
          make -C "$folder" install PREFIX="$HOME/.local"
        fi
        export PATH="$HOME/.local/bin:$PATH"
        git-model --version
        """

    /// Reacts to the tag whose full name is in the variable `ref`, in one shell. A tag that is not the registry's ends
    /// it quietly; one that should be and cannot be read fails.
    static func reaction(export: String? = nil) -> String {
        """
        if ! git model parse-tag "$ref"; then exit 0; fi
        \(export.map { $0 + "\n" } ?? "")outputs=$(git model check-ref "$ref" --format env)
        eval "$outputs"
        case "$MODEL_EVENT" in
          registered | assigned)
            if [ -n "$MODEL_PATH" ]; then
              mkdir -p delivered
              git model download "$MODEL_NAME@$MODEL_VERSION" -o delivered/
            fi ;;
        esac
        git model trigger "$ref" --allow
        """
    }

    /// What every product's file says of itself.
    static func head(_ product: PipelineProduct, comment: String) -> String {
        """
        \(comment) Written by: git model init --ci \(product.rawValue)
        \(comment)
        \(comment) Reacts to the tags of the registry: reads what a tag did, downloads the model of a registration or an
        \(comment) assignment into the folder 'delivered', and runs the hooks of .registry.yaml.
        """
    }

    /// The text with every line but the empty ones moved to the right.
    static func indented(_ text: String, by columns: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : String(repeating: " ", count: columns) + $0 }.joined(separator: "\n")
    }
}
