#pragma once

/// The commit that the program was built from, or "unknown"; "+" at its end means that the tree had changes.
const char *git_model_build_commit(void);
