// Swift cannot call C's variadic functions: each one that we need gets a `static inline` wrapper here.
#pragma once
#include <git2.h>
#include <git2/sys/repository.h>
