/* For tests of include/granary_shm.h: "talk PATH" says and hears things to and from another language; "churn PATH SEED" works until it is killed. */
#define GRANARY_SHM_IMPLEMENTATION
#include "granary_shm.h"

static int failed(const char *what, int error) {
    fprintf(stderr, "%s: %s\n", what, granary_shm_error(error));
    return 1;
}

static int talk(const char *path) {
    granary_shm pool;
    granary_shm_object object, again, other;
    uint64_t id;
    int error;
    if ((error = granary_shm_open(&pool, path, "c"))) return failed("open", error);
    /* what C# left: an open object to write, a sealed one, a compressed one */
    if ((error = granary_shm_find(&pool, "to-write", &id)) || (error = granary_shm_get(&pool, id, 1, &object))) return failed("to-write", error);
    memcpy(object.data, "from C", 6);
    if ((error = granary_shm_release(&pool, &object))) return failed("release", error);
    if ((error = granary_shm_find(&pool, "sealed", &id)) || (error = granary_shm_get(&pool, id, 0, &object))) return failed("sealed", error);
    if (object.length != 11 || memcmp(object.data, "hello world", 11)) return failed("content", GRANARY_SHM_DAMAGED);
    if ((error = granary_shm_get(&pool, id, 1, &other)) != GRANARY_SHM_DENIED) return failed("write to a sealed one", error);
    if ((error = granary_shm_put(&pool, "hello world", 11, NULL, &again)) || again.id != object.id) return failed("de-duplication", error);
    granary_shm_release(&pool, &again);
    granary_shm_release(&pool, &object);
    if ((error = granary_shm_find(&pool, "private", &id)) != GRANARY_SHM_GONE) return failed("private", error);
    if ((error = granary_shm_find(&pool, "cold", &id)) || (error = granary_shm_get(&pool, id, 0, &object))) return failed("cold", error);
    for (uint64_t i = 0; i < object.length; i++) if (object.data[i] != "abcdefgh"[i / 64 % 8]) return failed("decompressed content", GRANARY_SHM_DAMAGED);
    granary_shm_release(&pool, &object);
    /* what C leaves: one kept for everybody, one only granted to "cs" */
    if ((error = granary_shm_put(&pool, "kept by C", 9, "kept", &object)) || (error = granary_shm_grant(&pool, object.id, NULL, 0)) || (error = granary_shm_keep(&pool, object.id))) return failed("keep", error);
    granary_shm_release(&pool, &object);
    if ((error = granary_shm_allocate(&pool, 100000, "refused", &object)) != GRANARY_SHM_LIMIT) return failed("limit", error);
    granary_shm_close(&pool);
    puts("done");
    return 0;
}

static int churn(const char *path, const char *seed) {
    enum { MOST = 24 };
    granary_shm pool;
    granary_shm_object held[MOST];
    unsigned random = (unsigned)atoi(seed) * 2654435761u + 1, count = 0;
    unsigned char bytes[4000] = {0};
    int error, step;
    if ((error = granary_shm_open(&pool, path, "churn"))) return failed("open", error);
    for (step = 0; step < 20000000; step++) {
        random = random * 1664525u + 1013904223u;
        if (count == MOST || (count && (random >> 28) < 6)) {
            if ((error = granary_shm_release(&pool, &held[--count]))) return failed("release", error);
        } else if ((random >> 28) < 11) {
            bytes[0] = (unsigned char)(random >> 8);
            error = granary_shm_put(&pool, bytes, 1 + (random >> 16) % 3900, NULL, &held[count]);
            if (!error) { if ((random >> 20) % 4 == 0) granary_shm_keep(&pool, held[count].id); count++; }
        } else {
            error = granary_shm_allocate(&pool, (random >> 12) % 9000, NULL, &held[count]);
            if (!error) { if ((random >> 20) % 4 == 0) granary_shm_grant(&pool, held[count].id, "other", 1); count++; }
        }
        if (error && error != GRANARY_SHM_FULL) return failed("churn", error);
        if (error == GRANARY_SHM_FULL) while (count) granary_shm_release(&pool, &held[--count]);
        if (step % 64 == 0) { printf("%d\n", step); fflush(stdout); }
    }
    return 0;
}

int main(int count, char **words) {
    if (count == 3 && !strcmp(words[1], "talk")) return talk(words[2]);
    if (count == 4 && !strcmp(words[1], "churn")) return churn(words[2], words[3]);
    return 2;
}
