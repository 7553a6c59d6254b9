// libgit2 without being linked to it: the program starts without the libraries that it brings along, and loads them
// when a repository is first needed. Its functions are called by their usual names.
#pragma once
#include "libgit2_functions.h"

// What is compiled to a call of `git_x` calls `late_git_x` of this target: code in the same program that is linked with
// libgit2 keeps its own. A function that is not listed is missing when the program is linked.
#define LATE_PRAGMA(words) _Pragma(#words)
#define LATE(result, name, parameters, arguments) LATE_PRAGMA(redefine_extname name late_##name)
LIBGIT2_EACH_FUNCTION(LATE)
#undef LATE
#undef LATE_PRAGMA

#include <git2.h>
#include <git2/sys/repository.h>
// libgit2 needs zlib itself, so its development package brings this one. It is linked.
#include <zlib.h>

/// Why libgit2 cannot be used; NULL where it can. Loads it when called for the first time; any thread may call.
///
/// Nothing else of libgit2 may be called before this has returned NULL.
const char *libgit2_failure(void);

// Swift cannot call C's variadic functions: each use of `git_libgit2_opts` has a function of its own.

/// Names the repository extensions that libgit2 opens besides those it knows (`GIT_OPT_SET_EXTENSIONS`).
int git_model_set_extensions(const char **names, size_t count);
/// Makes libgit2 fsync what it writes below the Git folder (`GIT_OPT_ENABLE_FSYNC_GITDIR`).
int git_model_enable_fsync(int is_enabled);
/// Sets the folders in which libgit2 looks for a level's configuration (`GIT_OPT_SET_SEARCH_PATH`).
int git_model_set_search_path(int level, const char *path);
/// Turns libgit2's check of a repository's owner on or off (`GIT_OPT_SET_OWNER_VALIDATION`).
int git_model_validate_owner(int is_enabled);
/// Sets how large a tag object may be to be kept in memory after it was read (`GIT_OPT_SET_CACHE_OBJECT_LIMIT`).
int git_model_set_tag_cache_limit(size_t size);
/// Sets how much of packs is mapped into memory: in one piece, and in all (`GIT_OPT_SET_MWINDOW_SIZE`,
/// `GIT_OPT_SET_MWINDOW_MAPPED_LIMIT`).
int git_model_set_window(size_t piece, size_t whole);
