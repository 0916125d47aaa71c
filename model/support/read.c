#include "model/support/read.h"

#include "model/support/fatal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 64 * 1024 * 1024 };

static char *refuse(Diags *diags, DiagCode code, const char *path, const char *why) {
    if (diags) diags_add(diags, code, (Span){0}, "cannot read '%s': %s", path, why);
    return NULL;
}

static char *read_all(int fd, size_t size, size_t *length) {
    char *text = malloc(size + 1);
    if (!text) fatal("out of memory");
    size_t n = 0;
    while (n < size) {
        ssize_t got = read(fd, text + n, size - n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            int error = errno;
            free(text);
            errno = error;
            return NULL;
        }
        if (got == 0) break;
        n += (size_t)got;
    }
    text[n] = '\0';
    *length = n;
    return text;
}

static char *read_open(Diags *diags, const char *path, int fd, size_t *length) {
    struct stat info;
    if (fstat(fd, &info) != 0) return refuse(diags, DIAG_UNREADABLE, path, strerror(errno));
    if (S_ISDIR(info.st_mode)) return refuse(diags, DIAG_UNREADABLE, path, "it is a directory");
    if (!S_ISREG(info.st_mode)) return refuse(diags, DIAG_UNREADABLE, path, "it is not a regular file");
    if (info.st_size > MAX_FILE) return refuse(diags, DIAG_TOO_LARGE, path, "it is larger than 64 MB");
    char *text = read_all(fd, (size_t)info.st_size, length);
    return text ? text : refuse(diags, DIAG_UNREADABLE, path, strerror(errno));
}

char *read_file(Diags *diags, const char *path, size_t *length) {
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return refuse(diags, DIAG_UNREADABLE, path, strerror(errno));
    char *text = read_open(diags, path, fd, length);
    close(fd);
    return text;
}
