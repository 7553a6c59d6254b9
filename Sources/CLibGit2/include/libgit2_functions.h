// Every function of libgit2 that is used, with its type as in git2.h, which the compiler holds it against:
// X(result, name, (parameters), (arguments)). A new one is one line here.
#define LIBGIT2_EACH_FUNCTION(X) \
    X(int, git_libgit2_init, (void), ()) \
    X(int, git_libgit2_version, (int *major, int *minor, int *revision), (major, minor, revision)) \
    X(const git_error *, git_error_last, (void), ()) \
    X(void, git_buf_dispose, (git_buf *buffer), (buffer)) \
    X(int, git_oid_fromstrp, (git_oid *id, const char *text), (id, text)) \
    \
    X(int, git_repository_open_ext, \
        (git_repository **made, const char *path, unsigned flags, const char *ceilings), \
        (made, path, flags, ceilings)) \
    X(void, git_repository_free, (git_repository *repository), (repository)) \
    X(const char *, git_repository_path, (const git_repository *repository), (repository)) \
    X(const char *, git_repository_commondir, (const git_repository *repository), (repository)) \
    X(const char *, git_repository_workdir, (const git_repository *repository), (repository)) \
    X(int, git_repository_is_bare, (const git_repository *repository), (repository)) \
    X(int, git_repository_config, (git_config **made, git_repository *repository), (made, repository)) \
    X(int, git_repository_odb, (git_odb **made, git_repository *repository), (made, repository)) \
    X(int, git_repository_set_odb, (git_repository *repository, git_odb *objects), (repository, objects)) \
    X(int, git_repository_set_refdb, (git_repository *repository, git_refdb *refs), (repository, refs)) \
    \
    X(int, git_config_open_default, (git_config **made), (made)) \
    X(int, git_config_open_level, \
        (git_config **made, const git_config *parent, git_config_level_t level), (made, parent, level)) \
    X(int, git_config_add_file_ondisk, \
        (git_config *config, const char *path, git_config_level_t level, const git_repository *repository, int force), \
        (config, path, level, repository, force)) \
    X(int, git_config_new, (git_config **made), (made)) \
    X(void, git_config_free, (git_config *config), (config)) \
    X(int, git_config_iterator_new, (git_config_iterator **made, const git_config *config), (made, config)) \
    X(int, git_config_get_bool, (int *value, const git_config *config, const char *name), (value, config, name)) \
    X(int, git_config_get_string_buf, \
        (git_buf *value, const git_config *config, const char *name), (value, config, name)) \
    X(int, git_config_iterator_glob_new, \
        (git_config_iterator **made, const git_config *config, const char *pattern), (made, config, pattern)) \
    X(int, git_config_multivar_iterator_new, \
        (git_config_iterator **made, const git_config *config, const char *name, const char *pattern), \
        (made, config, name, pattern)) \
    X(int, git_config_next, (git_config_entry **entry, git_config_iterator *iterator), (entry, iterator)) \
    X(void, git_config_iterator_free, (git_config_iterator *iterator), (iterator)) \
    \
    X(int, git_odb_open, (git_odb **made, const char *path), (made, path)) \
    X(void, git_odb_free, (git_odb *objects), (objects)) \
    X(int, git_odb_add_disk_alternate, (git_odb *objects, const char *path), (objects, path)) \
    X(int, git_odb_exists_prefix, \
        (git_oid *found, git_odb *objects, const git_oid *prefix, size_t length), (found, objects, prefix, length)) \
    X(int, git_odb_foreach, (git_odb *objects, git_odb_foreach_cb body, void *payload), (objects, body, payload)) \
    X(int, git_odb_hash, \
        (git_oid *id, const void *data, size_t length, git_object_t type), (id, data, length, type)) \
    X(int, git_odb_write, \
        (git_oid *id, git_odb *objects, const void *data, size_t length, git_object_t type), \
        (id, objects, data, length, type)) \
    X(int, git_odb_read_header, \
        (size_t *size, git_object_t *type, git_odb *objects, const git_oid *id), (size, type, objects, id)) \
    X(int, git_odb_read, (git_odb_object **made, git_odb *objects, const git_oid *id), (made, objects, id)) \
    X(const void *, git_odb_object_data, (git_odb_object *object), (object)) \
    X(size_t, git_odb_object_size, (git_odb_object *object), (object)) \
    X(git_object_t, git_odb_object_type, (git_odb_object *object), (object)) \
    X(void, git_odb_object_free, (git_odb_object *object), (object)) \
    \
    X(int, git_refdb_open, (git_refdb **made, git_repository *repository), (made, repository)) \
    X(void, git_refdb_free, (git_refdb *refs), (refs)) \
    X(int, git_reference_lookup, \
        (git_reference **made, git_repository *repository, const char *name), (made, repository, name)) \
    X(int, git_reference_name_to_id, \
        (git_oid *id, git_repository *repository, const char *name), (id, repository, name)) \
    X(int, git_reference_create_matching, \
        (git_reference **made, git_repository *repository, const char *name, const git_oid *id, int force, \
         const git_oid *current, const char *message), \
        (made, repository, name, id, force, current, message)) \
    X(const char *, git_reference_symbolic_target, (const git_reference *reference), (reference)) \
    X(const git_oid *, git_reference_target, (const git_reference *reference), (reference)) \
    X(int, git_reference_delete, (git_reference *reference), (reference)) \
    X(void, git_reference_free, (git_reference *reference), (reference))
