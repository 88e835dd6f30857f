/* Loaded into the JVM that writes the AOT cache. The cache holds the monotonic clock (in the heap's soft references), so
 * with a running clock no two caches are equal. Here it stands still; waits with a limit wait as long as they should. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

static const struct timespec stopped = { 1, 0 };

int clock_gettime(clockid_t id, struct timespec *t) {
    if (id == CLOCK_MONOTONIC) {
        *t = stopped;
        return 0;
    }
    return (int) syscall(SYS_clock_gettime, id, t);
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
    static int (*next)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!next) next = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    struct timespec real;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &real);
    real.tv_sec += until->tv_sec - stopped.tv_sec;
    real.tv_nsec += until->tv_nsec;
    if (real.tv_nsec >= 1000000000) {
        real.tv_sec++;
        real.tv_nsec -= 1000000000;
    }
    return next(condition, mutex, &real);
}
