// Swift cannot call C's variadic functions: each one that we need gets a `static inline` wrapper here.
#pragma once
#include <git2.h>
#include <git2/sys/repository.h>

/// Names the repository extensions that libgit2 opens besides those it knows (`GIT_OPT_SET_EXTENSIONS`).
static inline int git_model_set_extensions(const char **names, size_t count)
{
	return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, count);
}

/// Makes libgit2 fsync what it writes below the Git folder (`GIT_OPT_ENABLE_FSYNC_GITDIR`).
static inline int git_model_enable_fsync(int is_enabled)
{
	return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, is_enabled);
}

/// Sets the folders in which libgit2 looks for a level's configuration (`GIT_OPT_SET_SEARCH_PATH`).
static inline int git_model_set_search_path(int level, const char *path)
{
	return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}
