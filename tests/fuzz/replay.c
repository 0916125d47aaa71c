/* Runs the kept inputs of a fuzzer through its target, for builds without libFuzzer: replay FOLDER... */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_file(const char *path) {
    FILE *in = fopen(path, "rb");
    if (!in || fseek(in, 0, SEEK_END) != 0) exit(1);
    long size = ftell(in);
    rewind(in);
    /* exactly as long as the input, so that a sanitizer sees every byte that is read behind it */
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    if (!data || fread(data, 1, (size_t)size, in) != (size_t)size) exit(1);
    fclose(in);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
}

static unsigned run_folder(const char *folder) {
    DIR *dir = opendir(folder);
    if (!dir) exit(1);
    unsigned count = 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (entry->d_name[0] == '.') continue;
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        run_file(path);
        count++;
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv) {
    unsigned count = 0;
    for (int i = 1; i < argc; i++) count += run_folder(argv[i]);
    printf("%u inputs\n", count);
    return count == 0;
}
