// libcurl without being linked to it: the program starts without the thirty libraries that it brings along, and loads
// them when it first needs one of these functions. `libcurl_x` is libcurl's `curl_x`; the variadic ones, which Swift
// cannot call, have one function per type. A `curl_x` that is called by that name is missing when the program is linked.
//
// A function that takes a handle may be called with one that came from here only, which says that libcurl is loaded.
#pragma once
// The checks of typecheck-gcc.h want to see the option's name at each call.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdbool.h>

/// Why libcurl cannot be used; NULL where it can. Loads it when called for the first time; any thread may call.
const char *libcurl_failure(void);

CURLcode libcurl_global_init(long flags);
/// NULL without libcurl, as for want of memory.
CURL *libcurl_easy_init(void);
void libcurl_easy_reset(CURL *handle);
void libcurl_easy_cleanup(CURL *handle);
const char *libcurl_easy_strerror(CURLcode code);

CURLcode libcurl_set_long(CURL *handle, CURLoption option, long value);
CURLcode libcurl_set_size(CURL *handle, CURLoption option, curl_off_t value);
/// The text is copied by libcurl.
CURLcode libcurl_set_text(CURL *handle, CURLoption option, const char *value);
/// The pointer is kept by libcurl for as long as the option is set.
CURLcode libcurl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode libcurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
CURLcode libcurl_set_writer(CURL *handle, CURLoption option, curl_write_callback function);
CURLcode libcurl_set_socket_opener(CURL *handle, curl_opensocket_callback function);
CURLcode libcurl_set_request_gate(CURL *handle, curl_prereq_callback function);
/// Refuses all schemes but http and https, and lets a name that is being resolved go when the transfer ends.
CURLcode libcurl_restrict_to_http(CURL *handle);
/// Says with which of the two kinds of authorization user and password are used.
CURLcode libcurl_set_authorization(CURL *handle, bool is_digest);
CURLcode libcurl_get_text(CURL *handle, CURLINFO info, const char **value);

/// NULL without libcurl, as for want of memory.
CURLM *libcurl_multi_init(void);
void libcurl_multi_cleanup(CURLM *multi);
CURLMcode libcurl_multi_add_handle(CURLM *multi, CURL *handle);
CURLMcode libcurl_multi_remove_handle(CURLM *multi, CURL *handle);
CURLMcode libcurl_multi_perform(CURLM *multi, int *running);
/// Waits for something to do, but no longer than so many milliseconds.
CURLMcode libcurl_multi_poll(CURLM *multi, int milliseconds);
CURLMcode libcurl_multi_wakeup(CURLM *multi);
/// Takes the result of the one transfer of a multi handle; false while it has none.
bool libcurl_multi_take_result(CURLM *multi, CURLcode *result);

/// NULL without libcurl, as for want of memory.
struct curl_slist *libcurl_slist_append(struct curl_slist *list, const char *text);
void libcurl_slist_free_all(struct curl_slist *list);

/// NULL without libcurl, as for want of memory.
CURLU *libcurl_url(void);
void libcurl_url_cleanup(CURLU *url);
CURLUcode libcurl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags);
/// The text is to be freed by libcurl_free.
CURLUcode libcurl_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags);
void libcurl_free(void *text);

/// The bytes of an address that is longer than the structure says where it is IPv6.
static inline const void *libcurl_address_bytes(const struct curl_sockaddr *address) { return &address->addr; }
