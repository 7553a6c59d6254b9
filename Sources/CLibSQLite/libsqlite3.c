#include "libsqlite3.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

// The first that knows SQLITE_OPEN_NOFOLLOW and SQLITE_DBCONFIG_TRUSTED_SCHEMA.
#define OLDEST 3031000
#define OLDEST_NAME "3.31"

// Written once, before `libsqlite3_failure` returns.
static struct {
#define FIELD(result, name, parameters, arguments) __typeof__(&name) name;
    LIBSQLITE3_EACH_FUNCTION(FIELD)
#undef FIELD
    __typeof__(&sqlite3_db_config) sqlite3_db_config;
} table;
static char failure[256];

static int find(void *library, const char *name, void *function) {
    // An object pointer may not be cast to a function's in C; POSIX has it copied.
    void *address = dlsym(library, name);
    if (address == NULL) snprintf(failure, sizeof failure, "%s", dlerror());
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static void load(void) {
    // SQLite's interface only ever grows, hence one name for all versions. It is never closed.
    void *library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(failure, sizeof failure, "%s", dlerror());
        return;
    }
#define FIND(result, name, parameters, arguments) \
    if (!find(library, #name, &table.name)) return;
    LIBSQLITE3_EACH_FUNCTION(FIND)
#undef FIND
    if (!find(library, "sqlite3_db_config", &table.sqlite3_db_config)) return;
    if (table.sqlite3_libversion_number() < OLDEST) {
        snprintf(failure, sizeof failure, "it is older than %s", OLDEST_NAME);
    } else if (table.sqlite3_threadsafe() == 0) {
        snprintf(failure, sizeof failure, "it was built for one thread");
    }
}

const char *libsqlite3_failure(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return failure[0] == '\0' ? NULL : failure;
}

#define FORWARD(result, name, parameters, arguments) \
    result name parameters { return table.name arguments; }
LIBSQLITE3_EACH_FUNCTION(FORWARD)
#undef FORWARD

int git_model_set_database_option(sqlite3 *database, int option, int is_on) {
    return table.sqlite3_db_config(database, option, is_on, NULL);
}
