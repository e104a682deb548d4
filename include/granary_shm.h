/* granary_shm.h - shared pools of Granary for C11 on 64-bit little-endian Linux. Layout and promises: docs/shared-memory.md.
 *
 * One header, no library. In one source file of a program:
 *
 *     #define GRANARY_SHM_IMPLEMENTATION
 *     #include "granary_shm.h"
 *
 *     granary_shm pool;
 *     granary_shm_object object;
 *     if (granary_shm_open(&pool, getenv("GRANARY_SHARED_MEMORY"), getenv("GRANARY_AGENT")) == 0) {
 *         if (granary_shm_put(&pool, bytes, length, "name", &object) == 0) granary_shm_release(&pool, &object);
 *         granary_shm_close(&pool);
 *     }
 *
 * Calls give 0 or a negative GRANARY_SHM_ error. A granary_shm is not for several threads at once: open one in each. After fork() the child
 * opens its own. The pool is not made here (granary memory create, or a node with Node:SharedMemory) and nothing is compressed here;
 * of compressed objects only LZ4 blocks can be opened.
 */
#ifndef GRANARY_SHM_H
#define GRANARY_SHM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GRANARY_SHM_OK = 0,
    GRANARY_SHM_SYSTEM = -1,     /* a system call failed: errno */
    GRANARY_SHM_FORMAT = -2,     /* no pool, another version, damaged or cut */
    GRANARY_SHM_NAMESPACE = -3,  /* its processes are of another pid namespace */
    GRANARY_SHM_FULL = -4,       /* no room for bytes, objects, references, agents or processes */
    GRANARY_SHM_LIMIT = -5,      /* the agent's limit */
    GRANARY_SHM_GONE = -6,       /* no such object */
    GRANARY_SHM_DENIED = -7,     /* not granted, or sealed */
    GRANARY_SHM_DAMAGED = -8,    /* tables or content contradict themselves */
    GRANARY_SHM_BUSY = -9,       /* a living process has held the lock for ten seconds, or others hold the object to write */
    GRANARY_SHM_CODEC = -10,     /* compressed by a codec that is not read here */
    GRANARY_SHM_NAME = -11       /* too long, empty, or taken */
};

typedef struct granary_shm {
    unsigned char *base;
    int descriptor;
    uint32_t unit_bytes, units, slots, processes, references, grants, agents, buckets, bitmap_words;
    uint64_t seed, identity;
    size_t agents_at, processes_at, slots_at, references_at, grants_at, derived_at, used_at, links_at, hash_at, name_at, free_references_at, bitmap_at, data_at, file_bytes;
    uint32_t agent, process;
} granary_shm;

typedef struct granary_shm_object {
    uint64_t id;            /* generation above, slot below: good in every process */
    unsigned char *data;
    uint64_t length;
    int writable;
    uint32_t reference;
    uint64_t word;
} granary_shm_object;

int granary_shm_open(granary_shm *pool, const char *path, const char *agent);
void granary_shm_close(granary_shm *pool);

/* Room for an object to write, cleared. name may be NULL. */
int granary_shm_allocate(granary_shm *pool, uint64_t length, const char *name, granary_shm_object *object);
/* Ends writing: it can be kept and de-duplicated, and does not change again. */
int granary_shm_seal(granary_shm *pool, granary_shm_object *object);
/* Stores bytes, or finds that the pool has them already. */
int granary_shm_put(granary_shm *pool, const void *bytes, uint64_t length, const char *name, granary_shm_object *object);
int granary_shm_get(granary_shm *pool, uint64_t id, int write, granary_shm_object *object);
int granary_shm_find(granary_shm *pool, const char *name, uint64_t *id);
/* agent NULL: everybody. */
int granary_shm_grant(granary_shm *pool, uint64_t id, const char *agent, int write);
/* Keeps a sealed object cached when no process holds it. */
int granary_shm_keep(granary_shm *pool, uint64_t id);
int granary_shm_release(granary_shm *pool, granary_shm_object *object);
/* Takes back what dead processes held. */
int granary_shm_reclaim(granary_shm *pool);
const char *granary_shm_error(int error);

#ifdef __cplusplus
}
#endif

#ifdef GRANARY_SHM_IMPLEMENTATION

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GSHM_A UINT64_C(0x9E3779B97F4A7C15)
#define GSHM_B UINT64_C(0x93CD3A2C8198E269)
#define GSHM_MAY_BE_GRANTED UINT32_C(0x80000000)
enum { GSHM_FREE = 0, GSHM_OPEN = 1, GSHM_SEALED = 2 };
enum { GSHM_ALLOCATIONS, GSHM_FREES, GSHM_DUPLICATES, GSHM_DUPLICATE_BYTES, GSHM_EVICTIONS, GSHM_RECLAIMED, GSHM_STEALS, GSHM_REPAIRS, GSHM_COMPRESSIONS, GSHM_THAWS, GSHM_REFUSALS, GSHM_COUNT_DAMAGED };

typedef struct { uint32_t first, units; uint64_t stored, hash; uint32_t codec, check; } gshm_extent;
typedef struct { uint32_t next_by_hash, next_by_name, held, kept; } gshm_link;
typedef struct { uint32_t free_slot, free_reference, cursor, used_units, lost_units, reclaimed_at; } gshm_head;
typedef struct { uint64_t word, used, length; uint32_t name_length, check; gshm_extent extents[2]; char name[96]; } gshm_slot;
typedef struct { uint32_t name_length; char name[100]; uint64_t limit; unsigned char rest[16]; } gshm_agent;
typedef struct { uint64_t identity; uint32_t agent, rest; } gshm_process;

/* ---- hashes and checks ---- */
static uint64_t gshm_step(uint64_t hash, uint64_t word) { hash = (hash ^ word) * GSHM_B; return (hash << 31) | (hash >> 33); }
static uint64_t gshm_mix(uint64_t hash) { hash ^= hash >> 32; hash *= GSHM_A; return hash ^ (hash >> 29); }
static uint64_t gshm_hash(const void *bytes, uint64_t length, uint64_t seed) {
    const unsigned char *at = (const unsigned char *)bytes;
    uint64_t hash = seed ^ length * GSHM_A, word;
    for (; length >= 8; length -= 8, at += 8) { memcpy(&word, at, 8); hash = gshm_step(hash, word); }
    if (length) { word = 0; memcpy(&word, at, (size_t)length); hash = gshm_step(hash, word); }
    return gshm_mix(hash);
}
static uint32_t gshm_check(uint64_t seed, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    return (uint32_t)gshm_mix(gshm_step(gshm_step(gshm_step(gshm_step(seed * GSHM_A, a), b), c), d));
}

/* ---- places ---- */
static gshm_agent *gshm_agent_at(granary_shm *p, uint32_t i) { return (gshm_agent *)(p->base + p->agents_at) + i; }
static gshm_process *gshm_process_at(granary_shm *p, uint32_t i) { return (gshm_process *)(p->base + p->processes_at) + i; }
static gshm_slot *gshm_slot_at(granary_shm *p, uint32_t i) { return (gshm_slot *)(p->base + p->slots_at) + i; }
static uint64_t *gshm_references(granary_shm *p) { return (uint64_t *)(p->base + p->references_at); }
static uint64_t *gshm_grants(granary_shm *p) { return (uint64_t *)(p->base + p->grants_at); }
static gshm_head *gshm_heads(granary_shm *p) { return (gshm_head *)(p->base + p->derived_at); }
static uint64_t *gshm_used(granary_shm *p) { return (uint64_t *)(p->base + p->used_at); }
static gshm_link *gshm_links(granary_shm *p) { return (gshm_link *)(p->base + p->links_at); }
static uint32_t *gshm_free_references(granary_shm *p) { return (uint32_t *)(p->base + p->free_references_at); }
static uint64_t *gshm_bitmap(granary_shm *p) { return (uint64_t *)(p->base + p->bitmap_at); }
static uint32_t *gshm_hash_bucket(granary_shm *p, uint64_t hash) { return (uint32_t *)(p->base + p->hash_at) + (hash & (p->buckets - 1)); }
static uint32_t *gshm_name_bucket(granary_shm *p, uint64_t hash) { return (uint32_t *)(p->base + p->name_at) + (hash & (p->buckets - 1)); }
static void gshm_count(granary_shm *p, int counter) { ((uint64_t *)(p->base + 256))[counter]++; }
static uint64_t gshm_load(const uint64_t *at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }
static void gshm_store(uint64_t *at, uint64_t word) { __atomic_store_n(at, word, __ATOMIC_RELEASE); }
static uint64_t gshm_now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000; }

/* ---- words ---- */
static uint32_t gshm_state(uint64_t word) { return (word & 3) == 3 ? GSHM_FREE : (uint32_t)(word & 3); }
static uint32_t gshm_which(uint64_t word) { return (uint32_t)(word >> 2) & 1; }
static uint32_t gshm_owner(uint64_t word) { return (uint32_t)(word >> 3) & 1023; }
static uint32_t gshm_generation(uint64_t word) { return (uint32_t)(word >> 32); }
static uint64_t gshm_slot_word(uint32_t state, uint32_t which, uint32_t owner, uint32_t generation) {
    return state | ((uint64_t)which << 2) | ((uint64_t)owner << 3) | ((uint64_t)generation << 32);
}
static uint64_t gshm_reference_word(uint32_t slot, uint32_t process_plus_1, uint32_t agent, int writes, uint32_t generation) {
    return (uint64_t)(slot + 1) | ((uint64_t)process_plus_1 << 22) | ((uint64_t)agent << 34) | ((uint64_t)(writes != 0) << 44) | ((uint64_t)(generation & 0xFFFF) << 48);
}
static uint32_t gshm_ref_slot(uint64_t word) { return (uint32_t)(word & 0x3FFFFF) - 1; }
static uint32_t gshm_ref_process(uint64_t word) { return (uint32_t)(word >> 22) & 0xFFF; } /* + 1 */
static uint32_t gshm_ref_agent(uint64_t word) { return (uint32_t)(word >> 34) & 1023; }
static int gshm_ref_is_of(uint64_t word, uint32_t slot, uint64_t slot_word) { return word && gshm_ref_slot(word) == slot && (uint32_t)(word >> 48) == (gshm_generation(slot_word) & 0xFFFF); }
static int gshm_grant_is_of(uint64_t word, uint32_t slot, uint32_t generation) { return word && (uint32_t)(word & 0x3FFFFF) - 1 == slot && word >> 40 == (generation & 0xFFFFFF); }

/* ---- slots ---- */
static uint32_t gshm_extent_check(granary_shm *p, uint32_t slot, uint32_t generation, const gshm_extent *e) {
    return gshm_check(p->seed ^ slot ^ ((uint64_t)generation << 32), e->first | ((uint64_t)e->units << 32), e->stored, e->hash, e->codec);
}
static uint32_t gshm_name_check(granary_shm *p, uint32_t slot) {
    gshm_slot *s = gshm_slot_at(p, slot);
    return gshm_check(p->seed + slot, s->length, s->name_length, gshm_hash(s->name, sizeof s->name, p->seed), 0);
}
static int gshm_believed(granary_shm *p, uint32_t slot, gshm_extent *e) {
    gshm_slot *s = gshm_slot_at(p, slot);
    uint64_t word = gshm_load(&s->word);
    if (gshm_state(word) == GSHM_FREE) return 0;
    *e = s->extents[gshm_which(word)];
    return e->check == gshm_extent_check(p, slot, gshm_generation(word), e) && s->check == gshm_name_check(p, slot) && s->name_length <= sizeof s->name
        && e->units > 0 && (uint64_t)e->first + e->units <= p->units && e->stored <= (uint64_t)e->units * p->unit_bytes
        && gshm_owner(word) > 0 && gshm_owner(word) < p->agents && e->codec <= 3 && (e->codec == 0 ? e->stored == s->length : s->length <= INT32_MAX);
}
static void gshm_write_extent(granary_shm *p, uint32_t slot, uint32_t which, uint32_t generation, gshm_extent e) {
    e.check = gshm_extent_check(p, slot, generation, &e);
    gshm_slot_at(p, slot)->extents[which] = e;
}
static unsigned char *gshm_data(granary_shm *p, const gshm_extent *e) { return p->base + p->data_at + (size_t)e->first * p->unit_bytes; }

/* ---- units ---- */
static int gshm_is_used(const uint64_t *bitmap, uint64_t unit) { return (int)(bitmap[unit >> 6] >> (unit & 63)) & 1; }
static int64_t gshm_run_between(granary_shm *p, uint64_t from, uint64_t to, uint64_t units) {
    const uint64_t *bitmap = gshm_bitmap(p);
    uint64_t length = 0;
    while (from < to) {
        if (!(from & 63) && bitmap[from >> 6] == UINT64_MAX) { length = 0; from += 64; continue; }
        if (!(from & 63) && bitmap[from >> 6] == 0 && from + 64 <= to && length + 64 < units) { length += 64; from += 64; continue; }
        length = gshm_is_used(bitmap, from) ? 0 : length + 1;
        from++;
        if (length == units) return (int64_t)(from - units);
    }
    return -1;
}
static int64_t gshm_find_run(granary_shm *p, uint64_t units) {
    gshm_head *head = gshm_heads(p);
    uint64_t cursor = head->cursor < p->units ? head->cursor : p->units, end = cursor + units - 1;
    int64_t found = gshm_run_between(p, cursor, p->units, units);
    if (found < 0 && cursor > 0) found = gshm_run_between(p, 0, end < p->units ? end : p->units, units);
    if (found >= 0) head->cursor = (uint32_t)((uint64_t)found + units);
    return found;
}
static int gshm_mark(granary_shm *p, uint64_t first, uint64_t units, int used) {
    uint64_t *bitmap = gshm_bitmap(p), unit;
    for (unit = first; unit < first + units; unit++) if (gshm_is_used(bitmap, unit) == used) return 0;
    for (unit = first; unit < first + units; unit++) bitmap[unit >> 6] ^= UINT64_C(1) << (unit & 63);
    return 1;
}

/* ---- processes ---- */
static int gshm_stat(int pid, uint64_t *identity, int *alive) {
    char path[32], text[1024], *at;
    unsigned long long start;
    long threads;
    int file, field;
    ssize_t length;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if ((file = open(path, O_RDONLY | O_CLOEXEC)) < 0) return 0;
    length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    if (!(at = strrchr(text, ')')) || !at[1]) return 0;
    at += 2;
    *alive = *at;
    for (field = 3; field < 20 && (at = strchr(at, ' ')); field++) at++;
    if (!at || sscanf(at, "%ld %*s %llu", &threads, &start) != 2) return 0;
    *alive = !(*alive == 'X' || (*alive == 'Z' && threads <= 1));
    *identity = ((uint64_t)start << 22) | (uint32_t)pid;
    return 1;
}
static int gshm_alive(uint64_t identity) {
    int pid = (int)(identity & 0x3FFFFF), alive;
    uint64_t now;
    if (!pid || (kill(pid, 0) && errno == ESRCH)) return 0;
    return !gshm_stat(pid, &now, &alive) || (now == identity && alive);
}
static uint64_t gshm_namespace(void) {
    char link[64];
    ssize_t length = readlink("/proc/self/ns/pid", link, sizeof link - 1);
    unsigned long long number = 0;
    if (length > 0) { link[length] = 0; sscanf(link, "pid:[%llu]", &number); }
    return number;
}

/* ---- repair: all that follows from the tables is made anew ---- */
static void gshm_chain(granary_shm *p, uint32_t slot, uint32_t *bucket, int by_hash) {
    gshm_link *link = &gshm_links(p)[slot];
    if (by_hash) link->next_by_hash = *bucket; else link->next_by_name = *bucket;
    *bucket = slot + 1;
}
static uint64_t gshm_name_hash(granary_shm *p, uint32_t slot) { gshm_slot *s = gshm_slot_at(p, slot); return gshm_hash(s->name, s->name_length <= 96 ? s->name_length : 96, p->seed); }
static int gshm_repair(granary_shm *p) {
    uint64_t *references = gshm_references(p), *grants = gshm_grants(p), *bitmap = gshm_bitmap(p), *before;
    uint32_t *held = (uint32_t *)calloc(p->slots, 8), *kept = held + p->slots, i, slot, lost = 0;
    unsigned char *alive = (unsigned char *)calloc(p->processes + 1, 1);
    gshm_link *links = gshm_links(p);
    gshm_head *head = gshm_heads(p);
    int damaged_held = 0;
    gshm_extent e;
    before = (uint64_t *)malloc((size_t)p->bitmap_words * 8);
    if (!held || !alive || !before) { free(held); free(alive); free(before); return GRANARY_SHM_SYSTEM; }
    gshm_count(p, GSHM_REPAIRS);
    for (i = 0; i < p->processes; i++) {
        uint64_t identity = gshm_process_at(p, i)->identity;
        alive[i + 1] = identity && (identity == p->identity || gshm_alive(identity)) && gshm_process_at(p, i)->agent < p->agents;
    }
    for (i = 0; i < p->references; i++) {
        uint64_t word = references[i];
        uint32_t process = gshm_ref_process(word);
        if (!word) continue;
        slot = gshm_ref_slot(word);
        if (slot >= p->slots || gshm_ref_agent(word) == 0 || gshm_ref_agent(word) >= p->agents || gshm_state(gshm_slot_at(p, slot)->word) == GSHM_FREE
            || !gshm_ref_is_of(word, slot, gshm_slot_at(p, slot)->word) || (process && (process > p->processes || !alive[process]))) {
            gshm_store(&references[i], 0);
            gshm_count(p, GSHM_RECLAIMED);
        } else if (process) held[slot]++;
        else kept[slot]++;
    }
    for (i = 0; i < p->processes; i++) if (!alive[i + 1]) gshm_store(&gshm_process_at(p, i)->identity, 0);
    memcpy(before, bitmap, (size_t)p->bitmap_words * 8);
    memset(p->base + p->derived_at, 0, p->data_at - p->derived_at);
    for (slot = p->slots; slot-- > 0;) {
        gshm_slot *s = gshm_slot_at(p, slot);
        uint64_t word = s->word;
        if (gshm_state(word) != GSHM_FREE) {
            int whole = gshm_believed(p, slot, &e) && gshm_mark(p, e.first, e.units, 1);
            if (!whole) gshm_count(p, GSHM_COUNT_DAMAGED);
            if (held[slot] || (kept[slot] && whole)) {
                links[slot].held = held[slot];
                links[slot].kept = kept[slot];
                if (!whole) { damaged_held = 1; continue; }
                head->used_units += e.units;
                gshm_used(p)[gshm_owner(word)] += e.units;
                if (gshm_state(word) == GSHM_SEALED) gshm_chain(p, slot, gshm_hash_bucket(p, e.hash), 1);
                if (s->name_length) gshm_chain(p, slot, gshm_name_bucket(p, gshm_name_hash(p, slot)), 0);
                continue;
            }
            if (whole) gshm_mark(p, e.first, e.units, 0);
            for (i = 0; i < p->references; i++) if (references[i] && gshm_ref_slot(references[i]) == slot) gshm_store(&references[i], 0);
            gshm_store(&s->word, gshm_slot_word(GSHM_FREE, 0, 0, gshm_generation(word) + 1));
        } else if ((word & 3) == 3) gshm_store(&s->word, gshm_slot_word(GSHM_FREE, 0, 0, gshm_generation(word) + 1));
        links[slot].next_by_hash = head->free_slot;
        head->free_slot = slot + 1;
    }
    for (i = 0; i < p->grants; i++) {
        uint32_t of = (uint32_t)(grants[i] & 0x3FFFFF) - 1;
        if (!grants[i]) continue;
        if (of < p->slots && gshm_state(gshm_slot_at(p, of)->word) != GSHM_FREE && gshm_grant_is_of(grants[i], of, gshm_generation(gshm_slot_at(p, of)->word))
            && ((grants[i] >> 22) & 1023) < p->agents) links[of].kept |= GSHM_MAY_BE_GRANTED;
        else grants[i] = 0;
    }
    for (i = p->references; i-- > 0;) {
        if (references[i]) continue;
        gshm_free_references(p)[i] = head->free_reference;
        head->free_reference = i + 1;
    }
    if (damaged_held) {
        for (i = 0; i < p->bitmap_words; i++) {
            uint64_t left = before[i] & ~bitmap[i];
            if (i == p->bitmap_words - 1 && p->units % 64) left &= (UINT64_C(1) << (p->units % 64)) - 1;
            bitmap[i] |= left;
            lost += (uint32_t)__builtin_popcountll(left);
        }
        head->lost_units = lost;
    }
    free(held); free(alive); free(before);
    return 0;
}

/* ---- the lock: a word that names its holder ---- */
static int gshm_lock(granary_shm *p) {
    uint64_t *lock = (uint64_t *)(p->base + 128), seen = 0, started = gshm_now();
    struct stat status;
    int spins;
    if (fstat(p->descriptor, &status)) return GRANARY_SHM_SYSTEM;
    if ((size_t)status.st_size < p->file_bytes) return GRANARY_SHM_FORMAT;
    for (spins = 1;; spins++) {
        struct timespec pause = {0, 50000};
        seen = 0;
        if (__atomic_compare_exchange_n(lock, &seen, p->identity, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return 0;
        if (spins % 32 == 0) {
            if (seen != p->identity && !gshm_alive(seen) && __atomic_compare_exchange_n(lock, &seen, p->identity, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
                if (seen != UINT64_C(1) << 22) gshm_count(p, GSHM_STEALS);
                return gshm_repair(p);
            }
            if (gshm_now() - started > 10000) return GRANARY_SHM_BUSY;
            nanosleep(&pause, NULL);
        }
    }
}
/* Leaves the lock; tables that contradict themselves are made anew first. */
static int gshm_unlock(granary_shm *p, int result) {
    if (result == GRANARY_SHM_DAMAGED) gshm_repair(p);
    gshm_store((uint64_t *)(p->base + 128), 0);
    return result;
}

/* ---- references ---- */
static int64_t gshm_pop_reference(granary_shm *p) {
    gshm_head *head = gshm_heads(p);
    uint32_t reference = head->free_reference - 1;
    if (!head->free_reference) return GRANARY_SHM_FULL;
    if (reference >= p->references || gshm_references(p)[reference]) return GRANARY_SHM_DAMAGED;
    head->free_reference = gshm_free_references(p)[reference];
    return reference;
}
static uint64_t gshm_refer(granary_shm *p, uint32_t reference, uint64_t word) {
    gshm_link *link = &gshm_links(p)[gshm_ref_slot(word)];
    gshm_store(&gshm_references(p)[reference], word);
    if (gshm_ref_process(word)) link->held++; else link->kept++;
    return word;
}
static int gshm_unchain(granary_shm *p, uint32_t *next, uint32_t slot, int by_hash) {
    uint32_t steps;
    for (steps = 0; *next && steps <= p->slots; steps++) {
        uint32_t at = *next - 1;
        gshm_link *link;
        if (at >= p->slots) return GRANARY_SHM_DAMAGED;
        link = &gshm_links(p)[at];
        if (at == slot) { *next = by_hash ? link->next_by_hash : link->next_by_name; return 0; }
        next = by_hash ? &link->next_by_hash : &link->next_by_name;
    }
    return GRANARY_SHM_DAMAGED;
}
static int gshm_free_object(granary_shm *p, uint32_t slot) {
    gshm_slot *s = gshm_slot_at(p, slot);
    gshm_head *head = gshm_heads(p);
    gshm_link *link = &gshm_links(p)[slot];
    uint64_t word = s->word, *used = &gshm_used(p)[gshm_owner(word) < p->agents ? gshm_owner(word) : 0];
    gshm_extent e;
    uint32_t i;
    int whole = gshm_believed(p, slot, &e), error = 0;
    if (whole && gshm_state(word) == GSHM_SEALED) error = gshm_unchain(p, gshm_hash_bucket(p, e.hash), slot, 1);
    if (whole && !error && s->name_length) error = gshm_unchain(p, gshm_name_bucket(p, gshm_name_hash(p, slot)), slot, 0);
    gshm_store(&s->word, gshm_slot_word(GSHM_FREE, 0, 0, gshm_generation(word) + 1));
    if (!whole || error || !gshm_mark(p, e.first, e.units, 0)) return GRANARY_SHM_DAMAGED;
    head->used_units -= e.units < head->used_units ? e.units : head->used_units;
    *used -= e.units < *used ? e.units : *used;
    gshm_count(p, GSHM_FREES);
    if (link->kept & GSHM_MAY_BE_GRANTED)
        for (i = 0; i < p->grants; i++) if ((uint32_t)(gshm_grants(p)[i] & 0x3FFFFF) == slot + 1) gshm_grants(p)[i] = 0;
    memset(link, 0, sizeof *link);
    link->next_by_hash = head->free_slot;
    head->free_slot = slot + 1;
    return 0;
}
static int gshm_drop(granary_shm *p, uint32_t reference, uint64_t word) {
    uint32_t slot = gshm_ref_slot(word), i, heir = 0, *count;
    gshm_link *link;
    uint64_t slot_word;
    gshm_extent e;
    gshm_store(&gshm_references(p)[reference], 0);
    gshm_free_references(p)[reference] = gshm_heads(p)->free_reference;
    gshm_heads(p)->free_reference = reference + 1;
    if (slot >= p->slots) return 0;
    slot_word = gshm_slot_at(p, slot)->word;
    if (gshm_state(slot_word) == GSHM_FREE || !gshm_ref_is_of(word, slot, slot_word)) return 0;
    link = &gshm_links(p)[slot];
    count = gshm_ref_process(word) ? &link->held : &link->kept;
    if (!(*count & ~GSHM_MAY_BE_GRANTED)) return GRANARY_SHM_DAMAGED;
    --*count;
    if (!link->held && !(link->kept & ~GSHM_MAY_BE_GRANTED)) return gshm_free_object(p, slot);
    if (gshm_ref_agent(word) != gshm_owner(slot_word)) return 0;
    for (i = 0; i < p->references; i++) {
        uint64_t other = gshm_references(p)[i];
        if (!gshm_ref_is_of(other, slot, slot_word)) continue;
        if (gshm_ref_agent(other) == gshm_owner(slot_word)) return 0;
        heir = gshm_ref_agent(other);
    }
    if (!heir || heir >= p->agents || !gshm_believed(p, slot, &e)) return 0;
    gshm_store(&gshm_slot_at(p, slot)->word, gshm_slot_word(gshm_state(slot_word), gshm_which(slot_word), heir, gshm_generation(slot_word)));
    gshm_used(p)[gshm_owner(slot_word)] -= e.units < gshm_used(p)[gshm_owner(slot_word)] ? e.units : gshm_used(p)[gshm_owner(slot_word)];
    gshm_used(p)[heir] += e.units;
    return 0;
}
static int gshm_drop_process(granary_shm *p, uint32_t process) {
    uint32_t i;
    int error = 0;
    for (i = 0; i < p->references && !error; i++)
        if (gshm_references(p)[i] && gshm_ref_process(gshm_references(p)[i]) == process + 1) {
            error = gshm_drop(p, i, gshm_references(p)[i]);
            if (process != p->process) gshm_count(p, GSHM_RECLAIMED);
        }
    if (!error) gshm_store(&gshm_process_at(p, process)->identity, 0);
    return error;
}
static int gshm_reclaim_dead(granary_shm *p) {
    uint32_t i;
    int error;
    for (i = 0; i < p->processes; i++) {
        uint64_t identity = gshm_process_at(p, i)->identity;
        if (!identity || identity == p->identity || gshm_alive(identity)) continue;
        if ((error = gshm_drop_process(p, i))) return error;
        gshm_count(p, GSHM_RECLAIMED);
    }
    return 0;
}
/* At most every ten milliseconds: a full pool would ask the kernel after every process at every call. */
static int gshm_reclaim_now_and_then(granary_shm *p) {
    uint32_t now = (uint32_t)gshm_now();
    if (now - gshm_heads(p)->reclaimed_at < 10) return 0;
    gshm_heads(p)->reclaimed_at = now;
    return gshm_reclaim_dead(p);
}
/* Lets the longest unused object go that is only cached, of one agent or (0) of any; GRANARY_SHM_FULL where nothing is. */
static int gshm_evict(granary_shm *p, uint32_t owner) {
    uint32_t slot, coldest = UINT32_MAX, i;
    int error;
    for (slot = 0; slot < p->slots; slot++) {
        gshm_link *link = &gshm_links(p)[slot];
        uint64_t word = gshm_slot_at(p, slot)->word;
        if (link->held || !(link->kept & ~GSHM_MAY_BE_GRANTED) || gshm_state(word) != GSHM_SEALED || (owner && gshm_owner(word) != owner)) continue;
        if (coldest == UINT32_MAX || gshm_slot_at(p, slot)->used < gshm_slot_at(p, coldest)->used) coldest = slot;
    }
    if (coldest == UINT32_MAX) return GRANARY_SHM_FULL;
    gshm_count(p, GSHM_EVICTIONS);
    for (i = 0; i < p->references; i++) {
        uint64_t word = gshm_references(p)[i];
        if (word && !gshm_ref_process(word) && gshm_ref_slot(word) == coldest && (error = gshm_drop(p, i, word))) return error;
    }
    return 0;
}
static int gshm_find_agent(granary_shm *p, const char *name, uint32_t *agent) {
    size_t length = strlen(name);
    uint32_t i;
    if (length == 0 || length > 100 || !strcmp(name, "*")) return GRANARY_SHM_NAME;
    for (i = 1; i < p->agents; i++) {
        gshm_agent *a = gshm_agent_at(p, i);
        if (!a->name_length) {
            memcpy(a->name, name, length);
            a->limit = 0;
            __atomic_store_n(&a->name_length, (uint32_t)length, __ATOMIC_RELEASE);
        }
        if (a->name_length == length && !memcmp(a->name, name, length)) { *agent = i; return 0; }
    }
    return GRANARY_SHM_FULL;
}

/* ---- opening ---- */
static size_t gshm_next(size_t at, uint64_t count, size_t bytes) { return (at + count * bytes + 63) & ~(size_t)63; }
static int gshm_add_process(granary_shm *p) {
    uint32_t i, pass;
    for (pass = 0; pass < 2; pass++) {
        int error;
        for (i = 0; i < p->processes; i++) {
            if (gshm_process_at(p, i)->identity) continue;
            gshm_process_at(p, i)->agent = p->agent;
            gshm_store(&gshm_process_at(p, i)->identity, p->identity);
            p->process = i;
            return 0;
        }
        if ((error = gshm_reclaim_dead(p))) return error;
    }
    return GRANARY_SHM_FULL;
}
int granary_shm_open(granary_shm *p, const char *path, const char *agent) {
    unsigned char header[128];
    uint32_t version, counts[7];
    uint64_t check, pid_namespace;
    struct stat status;
    int error, alive;
    void *base;
    memset(p, 0, sizeof *p);
    p->process = UINT32_MAX;
    if (!path || !agent) { errno = EINVAL; return GRANARY_SHM_SYSTEM; }
    if ((p->descriptor = open(path, O_RDWR | O_CLOEXEC)) < 0) return GRANARY_SHM_SYSTEM;
    error = GRANARY_SHM_FORMAT;
    if (fstat(p->descriptor, &status) || pread(p->descriptor, header, sizeof header, 0) != (ssize_t)sizeof header || memcmp(header, "GRANSHM\n", 8)) goto failed;
    memcpy(&version, header + 8, 4);
    memcpy(&check, header + 120, 8);
    if (version != 1 || check != gshm_hash(header, 120, 1)) goto failed;
    memcpy(counts, header + 16, sizeof counts);
    p->unit_bytes = counts[0]; p->units = counts[1]; p->slots = counts[2]; p->processes = counts[3]; p->references = counts[4]; p->grants = counts[5]; p->agents = counts[6];
    if (p->unit_bytes < 64 || p->unit_bytes > 65536 || (p->unit_bytes & (p->unit_bytes - 1)) || !p->units || p->units > INT32_MAX || !p->slots || p->slots > (1u << 22) - 2
        || !p->processes || p->processes > (1u << 12) - 2 || !p->references || p->references > 1u << 24 || !p->grants || p->grants > 1u << 24 || p->agents < 2 || p->agents > 1024) goto failed;
    memcpy(&p->seed, header + 48, 8);
    memcpy(&pid_namespace, header + 56, 8);
    for (p->buckets = 1; p->buckets < p->slots;) p->buckets *= 2;
    p->bitmap_words = (p->units + 63) / 64;
    p->agents_at = 4096;
    p->processes_at = gshm_next(p->agents_at, p->agents, sizeof(gshm_agent));
    p->slots_at = gshm_next(p->processes_at, p->processes, sizeof(gshm_process));
    p->references_at = gshm_next(p->slots_at, p->slots, sizeof(gshm_slot));
    p->grants_at = gshm_next(p->references_at, p->references, 8);
    p->derived_at = gshm_next(p->grants_at, p->grants, 8);
    p->used_at = p->derived_at + 64;
    p->links_at = gshm_next(p->used_at, p->agents, 8);
    p->hash_at = gshm_next(p->links_at, p->slots, sizeof(gshm_link));
    p->name_at = gshm_next(p->hash_at, p->buckets, 4);
    p->free_references_at = gshm_next(p->name_at, p->buckets, 4);
    p->bitmap_at = gshm_next(p->free_references_at, p->references, 4);
    p->data_at = (gshm_next(p->bitmap_at, p->bitmap_words, 8) + 4095) & ~(size_t)4095;
    p->file_bytes = p->data_at + (size_t)p->units * p->unit_bytes;
    if ((size_t)status.st_size < p->file_bytes) goto failed;
    error = GRANARY_SHM_NAMESPACE;
    if (pid_namespace != gshm_namespace()) goto failed;
    error = GRANARY_SHM_SYSTEM;
    if (!gshm_stat((int)getpid(), &p->identity, &alive)) goto failed;
    base = mmap(NULL, p->file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, p->descriptor, 0);
    if (base == MAP_FAILED) goto failed;
    p->base = (unsigned char *)base;
    if ((error = gshm_lock(p)) == 0 && (error = gshm_unlock(p, (error = gshm_find_agent(p, agent, &p->agent)) ? error : gshm_add_process(p))) == 0) return 0;
    munmap(p->base, p->file_bytes);
failed:
    close(p->descriptor);
    memset(p, 0, sizeof *p);
    return error;
}
void granary_shm_close(granary_shm *p) {
    if (!p->base) return;
    if (gshm_lock(p) == 0) gshm_unlock(p, gshm_drop_process(p, p->process));
    munmap(p->base, p->file_bytes);
    close(p->descriptor);
    memset(p, 0, sizeof *p);
}

/* ---- objects ---- */
static int gshm_may(granary_shm *p, uint32_t slot, uint64_t word, int write) {
    uint32_t i;
    if (gshm_owner(word) == p->agent) return 1;
    if (!(gshm_links(p)[slot].kept & GSHM_MAY_BE_GRANTED)) return 0;
    for (i = 0; i < p->grants; i++) {
        uint64_t grant = gshm_grants(p)[i];
        uint32_t to = (uint32_t)(grant >> 22) & 1023;
        if (gshm_grant_is_of(grant, slot, gshm_generation(word)) && (to == 0 || to == p->agent) && (!write || (grant >> 32 & 1))) return 1;
    }
    return 0;
}
static int64_t gshm_find_named(granary_shm *p, const char *name, size_t length, int own) {
    uint32_t next = *gshm_name_bucket(p, gshm_hash(name, length, p->seed)), steps;
    for (steps = 0; next && steps <= p->slots; steps++) {
        uint32_t slot = next - 1;
        uint64_t word;
        if (slot >= p->slots) return GRANARY_SHM_DAMAGED;
        next = gshm_links(p)[slot].next_by_name;
        word = gshm_slot_at(p, slot)->word;
        if (gshm_state(word) == GSHM_FREE || (gshm_owner(word) == p->agent) != own || gshm_slot_at(p, slot)->name_length != length || memcmp(gshm_slot_at(p, slot)->name, name, length)) continue;
        if (own || gshm_may(p, slot, word, 0)) return slot;
    }
    return next ? GRANARY_SHM_DAMAGED : GRANARY_SHM_GONE;
}
static int gshm_allocate_locked(granary_shm *p, uint64_t length, const char *name, size_t name_length, granary_shm_object *object) {
    gshm_head *head = gshm_heads(p);
    uint64_t units = length ? (length + p->unit_bytes - 1) / p->unit_bytes : 1, limit = gshm_agent_at(p, p->agent)->limit;
    int64_t found, reference;
    uint32_t slot, generation, pass;
    gshm_slot *s;
    gshm_extent e;
    int error;
    if (name_length && (found = gshm_find_named(p, name, name_length, 1)) != GRANARY_SHM_GONE) return found >= 0 ? GRANARY_SHM_NAME : (int)found;
    limit = (limit ? limit - 1 : *(uint64_t *)(p->base + 192)) / p->unit_bytes;
    while (limit && gshm_used(p)[p->agent] + units > limit) {
        if ((error = units > limit ? GRANARY_SHM_FULL : gshm_evict(p, p->agent)) == 0) continue;
        gshm_count(p, GSHM_REFUSALS);
        return error == GRANARY_SHM_FULL ? GRANARY_SHM_LIMIT : error;
    }
    for (pass = 0;; pass++) {
        if (units <= p->units && head->free_slot && head->free_reference && (found = gshm_find_run(p, units)) >= 0) break;
        if ((error = pass ? gshm_evict(p, 0) : gshm_reclaim_now_and_then(p))) { gshm_count(p, GSHM_REFUSALS); return error; }
    }
    slot = head->free_slot - 1;
    if (slot >= p->slots || gshm_state(gshm_slot_at(p, slot)->word) != GSHM_FREE) return GRANARY_SHM_DAMAGED;
    head->free_slot = gshm_links(p)[slot].next_by_hash;
    memset(&gshm_links(p)[slot], 0, sizeof(gshm_link));
    if ((reference = gshm_pop_reference(p)) < 0) return GRANARY_SHM_DAMAGED;
    if (!gshm_mark(p, (uint64_t)found, units, 1)) return GRANARY_SHM_DAMAGED;
    s = gshm_slot_at(p, slot);
    generation = gshm_generation(s->word);
    memset(&e, 0, sizeof e);
    e.first = (uint32_t)found; e.units = (uint32_t)units; e.stored = length;
    gshm_write_extent(p, slot, 0, generation, e);
    s->length = length;
    s->name_length = (uint32_t)name_length;
    memset(s->name, 0, sizeof s->name);
    if (name_length) memcpy(s->name, name, name_length);
    s->check = gshm_name_check(p, slot);
    s->used = gshm_now();
    gshm_store(&s->word, gshm_slot_word(GSHM_OPEN, 0, p->agent, generation));
    object->word = gshm_refer(p, (uint32_t)reference, gshm_reference_word(slot, p->process + 1, p->agent, 1, generation));
    head->used_units += e.units;
    gshm_used(p)[p->agent] += e.units;
    gshm_count(p, GSHM_ALLOCATIONS);
    if (name_length) gshm_chain(p, slot, gshm_name_bucket(p, gshm_name_hash(p, slot)), 0);
    object->id = ((uint64_t)generation << 32) | slot;
    object->data = gshm_data(p, &e);
    object->length = length;
    object->writable = 1;
    object->reference = (uint32_t)reference;
    return 0;
}
static int gshm_reserve(granary_shm *p, uint64_t length, const char *name, granary_shm_object *object) {
    size_t name_length = name ? strlen(name) : 0;
    int error;
    if ((name && !name_length) || name_length > 96) return GRANARY_SHM_NAME;
    if (length > (uint64_t)p->units * p->unit_bytes) return GRANARY_SHM_FULL;
    if ((error = gshm_lock(p))) return error;
    return gshm_unlock(p, gshm_allocate_locked(p, length, name, name_length, object));
}
int granary_shm_allocate(granary_shm *p, uint64_t length, const char *name, granary_shm_object *object) {
    int error = gshm_reserve(p, length, name, object);
    if (!error) memset(object->data, 0, (size_t)length);
    return error;
}
static int gshm_seal_locked(granary_shm *p, granary_shm_object *object, uint64_t hash) {
    uint32_t slot = (uint32_t)object->id, which, i;
    gshm_slot *s = gshm_slot_at(p, slot);
    uint64_t word = s->word;
    gshm_extent e;
    if (gshm_state(word) != GSHM_OPEN || gshm_generation(word) != object->id >> 32) return GRANARY_SHM_DENIED;
    if (!gshm_believed(p, slot, &e)) return GRANARY_SHM_DAMAGED;
    if (gshm_links(p)[slot].held > 1)
        for (i = 0; i < p->references; i++) if (i != object->reference && gshm_ref_is_of(gshm_references(p)[i], slot, word) && (gshm_references(p)[i] >> 44 & 1)) return GRANARY_SHM_BUSY;
    which = gshm_which(word) ^ 1;
    e.hash = hash;
    gshm_write_extent(p, slot, which, gshm_generation(word), e);
    gshm_store(&s->word, gshm_slot_word(GSHM_SEALED, which, gshm_owner(word), gshm_generation(word)));
    gshm_chain(p, slot, gshm_hash_bucket(p, hash), 1);
    object->writable = 0;
    return 0;
}
int granary_shm_seal(granary_shm *p, granary_shm_object *object) {
    uint64_t hash;
    int error;
    if (!object->writable) return GRANARY_SHM_DENIED;
    hash = gshm_hash(object->data, object->length, p->seed);
    if ((error = gshm_lock(p))) return error;
    return gshm_unlock(p, gshm_seal_locked(p, object, hash));
}
/* An LZ4 block, by the format's published description; every read and write is within bounds. */
static int gshm_lz4(const unsigned char *from, size_t stored, unsigned char *to, size_t length) {
    const unsigned char *end = from + stored;
    size_t at = 0, count, back;
    unsigned token;
    while (from < end) {
        token = *from++;
        for (count = token >> 4; count >= 15 && from < end; ) { count += *from; if (*from++ != 255) break; }
        if (count > (size_t)(end - from) || count > length - at) return 0;
        memcpy(to + at, from, count);
        from += count; at += count;
        if (from == end) return at == length;
        if (end - from < 2) return 0;
        back = from[0] | (size_t)from[1] << 8;
        from += 2;
        for (count = token & 15; count >= 15 && from < end; ) { count += *from; if (*from++ != 255) break; }
        count += 4;
        if (!back || back > at || count > length - at) return 0;
        for (; count; count--, at++) to[at] = to[at - back];
    }
    return 0;
}
static int gshm_thaw(granary_shm *p, uint32_t slot, gshm_extent *e) {
    gshm_slot *s = gshm_slot_at(p, slot);
    uint64_t word = s->word;
    gshm_extent made = *e;
    int64_t found;
    if (e->codec != 1) return GRANARY_SHM_CODEC;
    made.units = s->length ? (uint32_t)((s->length + p->unit_bytes - 1) / p->unit_bytes) : 1;
    made.stored = s->length;
    made.codec = 0;
    if ((found = gshm_find_run(p, made.units)) < 0) return GRANARY_SHM_FULL;
    made.first = (uint32_t)found;
    if (!gshm_lz4(gshm_data(p, e), (size_t)e->stored, gshm_data(p, &made), (size_t)made.stored) || gshm_hash(gshm_data(p, &made), made.stored, p->seed) != e->hash) return GRANARY_SHM_DAMAGED;
    if (!gshm_mark(p, made.first, made.units, 1)) return GRANARY_SHM_DAMAGED;
    gshm_write_extent(p, slot, gshm_which(word) ^ 1, gshm_generation(word), made);
    gshm_store(&s->word, gshm_slot_word(gshm_state(word), gshm_which(word) ^ 1, gshm_owner(word), gshm_generation(word)));
    if (!gshm_mark(p, e->first, e->units, 0)) return GRANARY_SHM_DAMAGED;
    gshm_heads(p)->used_units += made.units - e->units;
    gshm_used(p)[gshm_owner(word)] += made.units - (uint64_t)e->units;
    gshm_count(p, GSHM_THAWS);
    *e = made;
    return 0;
}
static int gshm_take(granary_shm *p, uint32_t slot, int write, granary_shm_object *object) {
    uint64_t word = gshm_slot_at(p, slot)->word;
    int64_t reference;
    gshm_extent e;
    int error;
    if (!gshm_believed(p, slot, &e)) { gshm_count(p, GSHM_COUNT_DAMAGED); return GRANARY_SHM_DAMAGED; }
    if (e.codec && (error = gshm_thaw(p, slot, &e))) return error;
    word = gshm_slot_at(p, slot)->word;
    if ((reference = gshm_pop_reference(p)) < 0) return (int)reference;
    object->word = gshm_refer(p, (uint32_t)reference, gshm_reference_word(slot, p->process + 1, p->agent, write, gshm_generation(word)));
    gshm_slot_at(p, slot)->used = gshm_now();
    object->id = ((uint64_t)gshm_generation(word) << 32) | slot;
    object->data = gshm_data(p, &e);
    object->length = e.stored;
    object->writable = write;
    object->reference = (uint32_t)reference;
    return 0;
}
int granary_shm_get(granary_shm *p, uint64_t id, int write, granary_shm_object *object) {
    uint32_t slot = (uint32_t)id;
    uint64_t word;
    int error;
    if (slot >= p->slots) return GRANARY_SHM_GONE;
    if ((error = gshm_lock(p))) return error;
    word = gshm_slot_at(p, slot)->word;
    if (gshm_state(word) == GSHM_FREE || gshm_generation(word) != id >> 32) return gshm_unlock(p, GRANARY_SHM_GONE);
    if (!gshm_may(p, slot, word, write) || (write && gshm_state(word) == GSHM_SEALED)) return gshm_unlock(p, GRANARY_SHM_DENIED);
    return gshm_unlock(p, gshm_take(p, slot, write != 0, object));
}
static int gshm_add_grant(granary_shm *p, uint32_t slot, uint32_t to, int write) {
    uint32_t i, at = UINT32_MAX, generation = gshm_generation(gshm_slot_at(p, slot)->word);
    uint64_t made = (uint64_t)(slot + 1) | ((uint64_t)to << 22) | ((uint64_t)(write != 0) << 32) | ((uint64_t)(generation & 0xFFFFFF) << 40);
    for (i = 0; i < p->grants; i++) {
        if (gshm_grants(p)[i] == made) return 0;
        if (!gshm_grants(p)[i] && at == UINT32_MAX) at = i;
    }
    if (at == UINT32_MAX) return GRANARY_SHM_FULL;
    gshm_store(&gshm_grants(p)[at], made);
    gshm_links(p)[slot].kept |= GSHM_MAY_BE_GRANTED;
    return 0;
}
/* A sealed object with these bytes, or GRANARY_SHM_GONE. What hashes alike is compared, outside the lock. */
static int gshm_share(granary_shm *p, const void *bytes, uint64_t length, uint64_t hash, granary_shm_object *object) {
    uint32_t next, steps;
    uint64_t word;
    gshm_extent e;
    int error;
    if ((error = gshm_lock(p))) return error;
    next = *gshm_hash_bucket(p, hash);
    error = GRANARY_SHM_GONE;
    for (steps = 0; next && steps < 16; steps++) {
        uint32_t slot = next - 1;
        if (slot >= p->slots) { error = GRANARY_SHM_DAMAGED; break; }
        next = gshm_links(p)[slot].next_by_hash;
        if (gshm_state(gshm_slot_at(p, slot)->word) != GSHM_SEALED || gshm_slot_at(p, slot)->length != length || !gshm_believed(p, slot, &e) || e.hash != hash) continue;
        if ((error = gshm_take(p, slot, 0, object)) != 0 && error != GRANARY_SHM_DAMAGED) error = GRANARY_SHM_GONE;
        break;
    }
    if ((error = gshm_unlock(p, error))) return error;
    if (memcmp(object->data, bytes, (size_t)length)) { granary_shm_release(p, object); return GRANARY_SHM_GONE; }
    if ((error = gshm_lock(p))) return error;
    word = gshm_slot_at(p, (uint32_t)object->id)->word;
    gshm_count(p, GSHM_DUPLICATES);
    ((uint64_t *)(p->base + 256))[GSHM_DUPLICATE_BYTES] += length;
    if (gshm_owner(word) != p->agent) gshm_add_grant(p, (uint32_t)object->id, p->agent, 0);
    return gshm_unlock(p, 0);
}
int granary_shm_put(granary_shm *p, const void *bytes, uint64_t length, const char *name, granary_shm_object *object) {
    uint64_t hash = gshm_hash(bytes, length, p->seed);
    int error = gshm_share(p, bytes, length, hash, object);
    if (error != GRANARY_SHM_GONE) return error;
    if ((error = gshm_reserve(p, length, name, object))) return error;
    memcpy(object->data, bytes, (size_t)length);
    if ((error = gshm_lock(p)) == 0) error = gshm_unlock(p, gshm_seal_locked(p, object, hash));
    if (error) granary_shm_release(p, object);
    return error;
}
int granary_shm_find(granary_shm *p, const char *name, uint64_t *id) {
    size_t length = strlen(name);
    int64_t found;
    int error;
    if (!length || length > 96) return GRANARY_SHM_NAME;
    if ((error = gshm_lock(p))) return error;
    if ((found = gshm_find_named(p, name, length, 1)) == GRANARY_SHM_GONE) found = gshm_find_named(p, name, length, 0);
    if (found >= 0) *id = ((uint64_t)gshm_generation(gshm_slot_at(p, (uint32_t)found)->word) << 32) | (uint64_t)found;
    return gshm_unlock(p, found < 0 ? (int)found : 0);
}
int granary_shm_grant(granary_shm *p, uint64_t id, const char *agent, int write) {
    uint32_t slot = (uint32_t)id, to = 0;
    uint64_t word;
    int error;
    if (slot >= p->slots) return GRANARY_SHM_GONE;
    if ((error = gshm_lock(p))) return error;
    word = gshm_slot_at(p, slot)->word;
    if (gshm_state(word) == GSHM_FREE || gshm_generation(word) != id >> 32) error = GRANARY_SHM_GONE;
    else if (gshm_owner(word) != p->agent) error = GRANARY_SHM_DENIED;
    else if (agent) error = gshm_find_agent(p, agent, &to);
    return gshm_unlock(p, error ? error : gshm_add_grant(p, slot, to, write));
}
int granary_shm_keep(granary_shm *p, uint64_t id) {
    uint32_t slot = (uint32_t)id, i;
    uint64_t word, made;
    int64_t reference;
    int error;
    if (slot >= p->slots) return GRANARY_SHM_GONE;
    if ((error = gshm_lock(p))) return error;
    word = gshm_slot_at(p, slot)->word;
    made = gshm_reference_word(slot, 0, p->agent, 0, gshm_generation(word));
    if (gshm_state(word) == GSHM_FREE || gshm_generation(word) != id >> 32) return gshm_unlock(p, GRANARY_SHM_GONE);
    if (gshm_state(word) != GSHM_SEALED || !gshm_may(p, slot, word, 0)) return gshm_unlock(p, GRANARY_SHM_DENIED);
    for (i = 0; i < p->references; i++) if (gshm_references(p)[i] == made) return gshm_unlock(p, 0);
    if ((reference = gshm_pop_reference(p)) < 0) return gshm_unlock(p, (int)reference);
    gshm_refer(p, (uint32_t)reference, made);
    return gshm_unlock(p, 0);
}
int granary_shm_release(granary_shm *p, granary_shm_object *object) {
    uint64_t word = object->word;
    int error;
    if (!word || object->reference >= p->references) return 0;
    object->word = 0;
    object->data = NULL;
    if ((error = gshm_lock(p))) return error;
    return gshm_unlock(p, gshm_references(p)[object->reference] == word ? gshm_drop(p, object->reference, word) : 0);
}
int granary_shm_reclaim(granary_shm *p) {
    int error = gshm_lock(p);
    return error ? error : gshm_unlock(p, gshm_heads(p)->lost_units ? gshm_repair(p) : gshm_reclaim_dead(p));
}
const char *granary_shm_error(int error) {
    static const char *const texts[] = {
        "done", "a system call failed", "no pool of this version, or damaged or cut", "the pool is of another pid namespace", "the pool is full", "the agent is at its limit",
        "no such object", "not granted, or sealed", "damaged", "held by another for too long", "compressed by a codec that is not read here", "a name is too long, empty or taken" };
    return error <= 0 && error >= -11 ? texts[-error] : "unknown";
}
#endif /* GRANARY_SHM_IMPLEMENTATION */
#endif /* GRANARY_SHM_H */
