// SQLite without being linked to it: a command that needs no index does not load it, and where it is not installed there
// is no index. Its functions are called by their usual names.
#pragma once
#include "libsqlite3_functions.h"

// What is compiled to a call of `sqlite3_x` calls `late_sqlite3_x` of this target: code in the same program that is linked
// with SQLite keeps its own. A function that is not listed is missing when the program is linked.
#define LATE_PRAGMA(words) _Pragma(#words)
#define LATE(result, name, parameters, arguments) LATE_PRAGMA(redefine_extname name late_##name)
LIBSQLITE3_EACH_FUNCTION(LATE)
#undef LATE
#undef LATE_PRAGMA

#include <sqlite3.h>

/// Why SQLite cannot be used; NULL where it can. Loads it when called for the first time; any thread may call.
///
/// Nothing else of SQLite may be called before this has returned NULL.
const char *libsqlite3_failure(void);

/// Turns one of the options `SQLITE_DBCONFIG_…` on or off: Swift cannot call C's variadic functions.
int git_model_set_database_option(sqlite3 *database, int option, int is_on);
