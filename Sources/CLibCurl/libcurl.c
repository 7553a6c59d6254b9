// CURLOPT_PROTOCOLS is for libraries that are older than the header.
#define CURL_DISABLE_DEPRECATION
#include "libcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define OLDEST 0x075100
#define OLDEST_NAME "7.81"

// Every function that is used. The header gives the types, so that they cannot differ from what is called.
#define EACH_FUNCTION(X) \
    X(curl_version_info) \
    X(curl_global_init) \
    X(curl_easy_init) \
    X(curl_easy_reset) \
    X(curl_easy_cleanup) \
    X(curl_easy_strerror) \
    X(curl_easy_setopt) \
    X(curl_easy_getinfo) \
    X(curl_multi_init) \
    X(curl_multi_cleanup) \
    X(curl_multi_add_handle) \
    X(curl_multi_remove_handle) \
    X(curl_multi_perform) \
    X(curl_multi_poll) \
    X(curl_multi_wakeup) \
    X(curl_multi_info_read) \
    X(curl_slist_append) \
    X(curl_slist_free_all) \
    X(curl_url) \
    X(curl_url_cleanup) \
    X(curl_url_set) \
    X(curl_url_get) \
    X(curl_free)

// Written once, before the first handle is given out.
static struct {
#define FIELD(name) __typeof__(&name) name;
    EACH_FUNCTION(FIELD)
#undef FIELD
} table;
static char failure[256];

static void fail(const char *words) { snprintf(failure, sizeof failure, "%s", words); }

static bool find(void *library, const char *name, void *function) {
    // An object pointer may not be cast to a function's in C; POSIX has it copied.
    void *address = dlsym(library, name);
    if (address == NULL) fail(dlerror());
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static void load(void) {
    // It is never closed: threads of its own, and what it has told exit(3), may run until the end.
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fail(dlerror());
        // What Debian's git needs, so that it is there where nobody installed libcurl.
        library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    }
    if (library == NULL) return;
    failure[0] = '\0';
#define FIND(name) \
    if (!find(library, #name, &table.name)) return;
    EACH_FUNCTION(FIND)
#undef FIND
    const curl_version_info_data *version = table.curl_version_info(CURLVERSION_NOW);
    if (version->version_num < OLDEST) {
        snprintf(failure, sizeof failure, "%s is older than %s", version->version, OLDEST_NAME);
    }
}

const char *libcurl_failure(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return failure[0] == '\0' ? NULL : failure;
}

static bool is_loaded(void) { return libcurl_failure() == NULL; }

CURLcode libcurl_global_init(long flags) { return is_loaded() ? table.curl_global_init(flags) : CURLE_FAILED_INIT; }

CURL *libcurl_easy_init(void) { return is_loaded() ? table.curl_easy_init() : NULL; }

void libcurl_easy_reset(CURL *handle) { table.curl_easy_reset(handle); }

void libcurl_easy_cleanup(CURL *handle) { table.curl_easy_cleanup(handle); }

const char *libcurl_easy_strerror(CURLcode code) { return is_loaded() ? table.curl_easy_strerror(code) : ""; }

CURLcode libcurl_set_long(CURL *handle, CURLoption option, long value) {
    return table.curl_easy_setopt(handle, option, value);
}

CURLcode libcurl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return table.curl_easy_setopt(handle, option, value);
}

CURLcode libcurl_set_text(CURL *handle, CURLoption option, const char *value) {
    return table.curl_easy_setopt(handle, option, value);
}

CURLcode libcurl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return table.curl_easy_setopt(handle, option, value);
}

CURLcode libcurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return table.curl_easy_setopt(handle, option, value);
}

CURLcode libcurl_set_writer(CURL *handle, CURLoption option, curl_write_callback function) {
    return table.curl_easy_setopt(handle, option, function);
}

CURLcode libcurl_set_socket_opener(CURL *handle, curl_opensocket_callback function) {
    return table.curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, function);
}

CURLcode libcurl_set_request_gate(CURL *handle, curl_prereq_callback function) {
    return table.curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, function);
}

CURLcode libcurl_restrict_to_http(CURL *handle) {
    // The library may be older than the header, so what it does not know is found out by asking.
#if LIBCURL_VERSION_NUM >= 0x075700
    table.curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
#endif
#if LIBCURL_VERSION_NUM >= 0x075500
    CURLcode code = table.curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    if (code != CURLE_UNKNOWN_OPTION) return code;
#endif
    return table.curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
}

CURLcode libcurl_set_authorization(CURL *handle, bool is_digest) {
    return table.curl_easy_setopt(handle, CURLOPT_HTTPAUTH, is_digest ? CURLAUTH_DIGEST : CURLAUTH_BASIC);
}

CURLcode libcurl_get_text(CURL *handle, CURLINFO info, const char **value) {
    return table.curl_easy_getinfo(handle, info, value);
}

CURLM *libcurl_multi_init(void) { return is_loaded() ? table.curl_multi_init() : NULL; }

void libcurl_multi_cleanup(CURLM *multi) { table.curl_multi_cleanup(multi); }

CURLMcode libcurl_multi_add_handle(CURLM *multi, CURL *handle) { return table.curl_multi_add_handle(multi, handle); }

CURLMcode libcurl_multi_remove_handle(CURLM *multi, CURL *handle) {
    return table.curl_multi_remove_handle(multi, handle);
}

CURLMcode libcurl_multi_perform(CURLM *multi, int *running) { return table.curl_multi_perform(multi, running); }

CURLMcode libcurl_multi_poll(CURLM *multi, int milliseconds) {
    return table.curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
}

CURLMcode libcurl_multi_wakeup(CURLM *multi) { return table.curl_multi_wakeup(multi); }

bool libcurl_multi_take_result(CURLM *multi, CURLcode *result) {
    int left = 0;
    for (CURLMsg *message = table.curl_multi_info_read(multi, &left); message != NULL;
         message = table.curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return true;
        }
    }
    return false;
}

struct curl_slist *libcurl_slist_append(struct curl_slist *list, const char *text) {
    return is_loaded() ? table.curl_slist_append(list, text) : NULL;
}

void libcurl_slist_free_all(struct curl_slist *list) {
    if (list != NULL) table.curl_slist_free_all(list);
}

CURLU *libcurl_url(void) { return is_loaded() ? table.curl_url() : NULL; }

void libcurl_url_cleanup(CURLU *url) { table.curl_url_cleanup(url); }

CURLUcode libcurl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags) {
    return table.curl_url_set(url, part, text, flags);
}

CURLUcode libcurl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags) {
    return table.curl_url_get(url, part, text, flags);
}

void libcurl_free(void *text) { table.curl_free(text); }
