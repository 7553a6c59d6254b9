// Swift cannot call C's variadic functions: each one that we need gets a `static inline` wrapper here.
#pragma once
#include <git2.h>
#include <git2/sys/repository.h>
// libgit2 needs zlib itself, so its development package brings this one.
#include <zlib.h>

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

/// Turns libgit2's check of a repository's owner on or off (`GIT_OPT_SET_OWNER_VALIDATION`).
static inline int git_model_validate_owner(int is_enabled)
{
	return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, is_enabled);
}
