#include "libgit2.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// Written once, before `libgit2_failure` returns.
static struct {
#define FIELD(result, name, parameters, arguments) __typeof__(&name) name;
    LIBGIT2_EACH_FUNCTION(FIELD)
#undef FIELD
    __typeof__(&git_libgit2_opts) git_libgit2_opts;
} table;
static char failure[256];

static bool find(void *library, const char *name, void *function) {
    // An object pointer may not be cast to a function's in C; POSIX has it copied.
    void *address = dlsym(library, name);
    if (address == NULL) snprintf(failure, sizeof failure, "%s", dlerror());
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static void load(void) {
    // Another version has other types than the header. It is never closed: libgit2 is never shut down.
    void *library = dlopen("libgit2.so." LIBGIT2_SOVERSION, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(failure, sizeof failure, "%s", dlerror());
        return;
    }
#define FIND(result, name, parameters, arguments) \
    if (!find(library, #name, &table.name)) return;
    LIBGIT2_EACH_FUNCTION(FIND)
#undef FIND
    find(library, "git_libgit2_opts", &table.git_libgit2_opts);
}

const char *libgit2_failure(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return failure[0] == '\0' ? NULL : failure;
}

#define FORWARD(result, name, parameters, arguments) \
    result name parameters { return table.name arguments; }
LIBGIT2_EACH_FUNCTION(FORWARD)
#undef FORWARD

int git_model_set_extensions(const char **names, size_t count) {
    return table.git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, count);
}

int git_model_enable_fsync(int is_enabled) { return table.git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, is_enabled); }

int git_model_set_search_path(int level, const char *path) {
    return table.git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

int git_model_validate_owner(int is_enabled) {
    return table.git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, is_enabled);
}

int git_model_set_tag_cache_limit(size_t size) {
    return table.git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TAG, size);
}

int git_model_set_window(size_t piece, size_t whole) {
    int code = table.git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, piece);
    return code < 0 ? code : table.git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, whole);
}
