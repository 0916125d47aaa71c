#include "tools/output.h"

#include "model/support/fatal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_standard(const char *path) { return !path || strcmp(path, "-") == 0; }

static bool complain(const char *path) {
    fprintf(stderr, "unknot: cannot write %s: %s\n", path, strerror(errno));
    return false;
}

/* Devices and pipes are written in place; they cannot be replaced. */
static bool is_special(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

static char *temporary_name(const char *path) {
    char *name = NULL;
    if (asprintf(&name, "%s.XXXXXX", path) < 0) fatal("out of memory");
    return name;
}

bool output_probe(const char *path) {
    struct stat status;
    if (is_standard(path) || is_special(path)) return true;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return complain(path);
    }
    char *name = temporary_name(path);
    int file = mkstemp(name);
    if (file >= 0) {
        close(file);
        unlink(name);
    }
    free(name);
    return file >= 0 || complain(path);
}

void output_begin(Output *output, const char *path) {
    *output = (Output){.path = path};
    output->stream = open_memstream(&output->text, &output->size);
    if (!output->stream) fatal("out of memory");
}

static bool write_all(int file, const char *text, size_t size) {
    while (size > 0) {
        ssize_t written = write(file, text, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        text += written;
        size -= (size_t)written;
    }
    return true;
}

/* As open would have made it; mkstemp makes files that only the owner can read. */
static void widen(int file) {
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(file, 0666 & ~mask);
}

static bool write_beside(const Output *output) {
    char *name = temporary_name(output->path);
    int file = mkstemp(name);
    if (file < 0) {
        free(name);
        return complain(output->path);
    }
    widen(file);
    bool good = write_all(file, output->text, output->size);
    good = close(file) == 0 && good;
    good = good && rename(name, output->path) == 0;
    if (!good) {
        complain(output->path);
        unlink(name);
    }
    free(name);
    return good;
}

static bool write_special(const Output *output) {
    int file = open(output->path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return complain(output->path);
    bool good = write_all(file, output->text, output->size);
    good = close(file) == 0 && good;
    return good || complain(output->path);
}

bool output_end(Output *output) {
    bool good = true;
    if (fclose(output->stream) != 0) fatal("out of memory");
    if (is_standard(output->path)) fwrite(output->text, 1, output->size, stdout); /* output_flush tells */
    else good = is_special(output->path) ? write_special(output) : write_beside(output);
    free(output->text);
    return good;
}

void output_drop(Output *output) {
    fclose(output->stream);
    free(output->text);
}

bool output_flush(void) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return true;
    return complain("standard output");
}
