// Every function of SQLite that is used, with its type as in sqlite3.h, which the compiler holds it against:
// X(result, name, (parameters), (arguments)). A new one is one line here.
#define LIBSQLITE3_EACH_FUNCTION(X) \
    X(int, sqlite3_libversion_number, (void), ()) \
    X(int, sqlite3_threadsafe, (void), ()) \
    X(int, sqlite3_open_v2, \
        (const char *path, sqlite3 **made, int flags, const char *system), (path, made, flags, system)) \
    X(int, sqlite3_close, (sqlite3 *database), (database)) \
    X(int, sqlite3_busy_timeout, (sqlite3 *database, int milliseconds), (database, milliseconds)) \
    X(int, sqlite3_limit, (sqlite3 *database, int kind, int value), (database, kind, value)) \
    X(int, sqlite3_get_autocommit, (sqlite3 *database), (database)) \
    X(int, sqlite3_wal_autocheckpoint, (sqlite3 *database, int pages), (database, pages)) \
    X(int, sqlite3_wal_checkpoint_v2, \
        (sqlite3 *database, const char *name, int mode, int *in_log, int *done), (database, name, mode, in_log, done)) \
    \
    X(int, sqlite3_prepare_v3, \
        (sqlite3 *database, const char *text, int length, unsigned flags, sqlite3_stmt **made, const char **tail), \
        (database, text, length, flags, made, tail)) \
    X(int, sqlite3_step, (sqlite3_stmt *statement), (statement)) \
    X(int, sqlite3_reset, (sqlite3_stmt *statement), (statement)) \
    X(int, sqlite3_finalize, (sqlite3_stmt *statement), (statement)) \
    X(int, sqlite3_bind_int64, (sqlite3_stmt *statement, int at, sqlite3_int64 value), (statement, at, value)) \
    X(int, sqlite3_bind_blob, \
        (sqlite3_stmt *statement, int at, const void *bytes, int count, void (*release)(void *)), \
        (statement, at, bytes, count, release)) \
    X(int, sqlite3_bind_null, (sqlite3_stmt *statement, int at), (statement, at)) \
    X(int, sqlite3_column_type, (sqlite3_stmt *statement, int at), (statement, at)) \
    X(sqlite3_int64, sqlite3_column_int64, (sqlite3_stmt *statement, int at), (statement, at)) \
    X(const void *, sqlite3_column_blob, (sqlite3_stmt *statement, int at), (statement, at)) \
    X(int, sqlite3_column_bytes, (sqlite3_stmt *statement, int at), (statement, at)) \
    \
    X(int, sqlite3_blob_open, \
        (sqlite3 *database, const char *name, const char *owner, const char *column, sqlite3_int64 row, int writes, \
            sqlite3_blob **made), \
        (database, name, owner, column, row, writes, made)) \
    X(int, sqlite3_blob_bytes, (sqlite3_blob *blob), (blob)) \
    X(int, sqlite3_blob_read, (sqlite3_blob *blob, void *bytes, int count, int offset), (blob, bytes, count, offset)) \
    X(int, sqlite3_blob_close, (sqlite3_blob *blob), (blob))
