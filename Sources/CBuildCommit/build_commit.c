#include "build_commit.h"

#ifndef GIT_MODEL_COMMIT
#define GIT_MODEL_COMMIT "unknown"
#endif

const char *git_model_build_commit(void) { return GIT_MODEL_COMMIT; }
