#!/usr/bin/env bash
# A model's life from its first version to a deployed one, in a repository of its own. `make demo` runs it.
#
# Needs `git` and `git-model` on the PATH. Everything happens in a temporary folder that is removed at the end; names,
# dates and so all ids are fixed, and no configuration of this machine is read.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
export HOME="$folder/home" XDG_CACHE_HOME="$folder/cache" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_CONFIG_COUNT=3 GIT_CONFIG_KEY_0=init.defaultBranch GIT_CONFIG_VALUE_0=main
export GIT_CONFIG_KEY_1=uploadpack.allowFilter GIT_CONFIG_VALUE_1=true GIT_CONFIG_KEY_2=advice.detachedHead GIT_CONFIG_VALUE_2=false
export GIT_AUTHOR_NAME="Ana Ruiz" GIT_AUTHOR_EMAIL=ana@example.com
export GIT_COMMITTER_NAME="Ana Ruiz" GIT_COMMITTER_EMAIL=ana@example.com TZ=UTC LC_ALL=C
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
mkdir -p "$HOME"
clock=1772443800

step() { printf '\n# %s\n' "$*"; }
run() {
    clock=$((clock + 60))
    export GIT_AUTHOR_DATE="@$clock +0000" GIT_COMMITTER_DATE="@$clock +0000"
    printf '$ %s\n' "$1"
    eval "$1" 2>&1
}

git init -q --bare "$folder/models.git"
git init -q "$folder/team"
cd "$folder/team"
git remote add origin "file://$folder/models.git"
mkdir models
printf '{"intercept": -1.2, "months": -0.08, "calls": 0.31}\n' > models/churn.json
cat > .registry.yaml <<'YAML'
stages: [dev, staging, prod]
hooks:
  - name: deploy
    on: assigned
    stage: prod
    run: ./deploy.sh
    timeout: 30s
YAML
cat > deploy.sh <<'SH'
#!/bin/sh
echo "deploying $MODEL_NAME $MODEL_VERSION ($MODEL_PATH) to $MODEL_STAGE"
SH
chmod +x deploy.sh

step "Describe the model and commit it"
run "git model annotate churn --type model --path models/churn.json --label tabular"
run "git add . && git commit -q -m 'First model'"

step "Register a version, try it in staging"
run "git model register churn"
run "git model assign churn@v0.0.1 --stage staging"

step "A better model: the next version goes to production"
printf '{"intercept": -1.1, "months": -0.09, "calls": 0.36}\n' > models/churn.json
run "git commit -qam 'Retrained on February'"
run "git model register churn --bump-minor"
run "git model assign churn@latest --stage prod"
run "git push -q origin main --tags"

step "What is where"
run "git model show"
run "git model history churn#prod"

step "A CI job reacts to the pushed tag"
run "git model check-ref 'churn#prod#2'"
run "git model trigger 'churn#prod#2' --allow"

step "A server without a clone downloads what is in production"
url="file://$folder/models.git"
mkdir "$folder/server"
cd "$folder/server"
run 'git model download churn#prod -r "$url"' | sed "s|$folder|/srv|g"
run "cat churn.json"
run 'cmp churn.json ../team/models/churn.json && echo the same'
