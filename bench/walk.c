/*
 * The physical limit for a fanotify stream walk: the loop that bench/codec-cursor.bench.ts runs through EventReader, in C,
 * with the same checks. Times itself.
 *
 *   walk KIND FILE MILLISECONDS     KIND: events | records | names | ids
 *
 * prints the checksum of one pass and nanoseconds per operation (an event; with ids, an id).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define METADATA_VERSION 3
#define METADATA_LEN 24
#define HEADER_LEN 4

enum { DFID_NAME = 2, MNT = 7, NS = 8 };

static inline uint16_t u16(const uint8_t *p) { uint16_t v; memcpy(&v, p, sizeof v); return v; }
static inline uint32_t u32(const uint8_t *p) { uint32_t v; memcpy(&v, p, sizeof v); return v; }

struct pass {
	uint32_t sum;
	size_t operations;
};

/* The checks of EventReader.next(): returns the event's length, or 0 where the stream stops. */
static inline uint32_t sound_event(const uint8_t *event, size_t left)
{
	uint32_t event_len;
	uint16_t metadata_len;

	if (left < METADATA_LEN)
		return 0;
	event_len = u32(event);
	metadata_len = u16(event + 6);
	if (event[4] != METADATA_VERSION)
		return 0;
	if (metadata_len < METADATA_LEN || event_len < metadata_len || event_len > left)
		return 0;
	return event_len;
}

static struct pass walk_events(const uint8_t *at, const uint8_t *end)
{
	struct pass pass = { 0, 0 };
	uint32_t event_len;

	while ((event_len = sound_event(at, (size_t)(end - at)))) {
		pass.sum += u32(at + 8) + u32(at + 16) + u32(at + 20);
		pass.operations++;
		at += event_len;
	}
	return pass;
}

/* By info_type: the least hdr.len that holds the record's content; 0 here means the header's 4. */
static const uint8_t min_len[256] = { 0, 20, 20, 20, 8, 12, 24, 16, 24, 0, 20, 0, 20 };
/* The types that hold a file handle. */
#define FID_TYPES (1u << 1 | 1u << 2 | 1u << 3 | 1u << 10 | 1u << 12)

/* The checks of EventReader.nextInfo(): the record's type, or 0 for one whose content does not lie inside it. */
static inline unsigned sound_type(const uint8_t *record, uint32_t len)
{
	unsigned type = record[0];

	if (len < min_len[type])
		return 0;
	if (type < 16 && (FID_TYPES >> type & 1) && u32(record + 12) > len - 20)
		return 0;
	return type;
}

static struct pass walk_records(const uint8_t *at, const uint8_t *end, int names)
{
	struct pass pass = { 0, 0 };
	uint32_t event_len;

	while ((event_len = sound_event(at, (size_t)(end - at)))) {
		const uint8_t *record = at + u16(at + 6), *event_end = at + event_len;

		pass.sum += u32(at + 8) + u32(at + 20);
		pass.operations++;
		while (event_end - record >= HEADER_LEN) {
			uint32_t len = u16(record + 2);

			if (len < HEADER_LEN || len > (size_t)(event_end - record))
				break;
			switch (sound_type(record, len)) {
			case MNT:
				pass.sum += u32(record + 8) + u32(record + 12);
				break;
			case NS:
				pass.sum += u32(record + 8) + u32(record + 12) + u32(record + 16) + u32(record + 20);
				break;
			case DFID_NAME: {
				uint32_t handle_bytes = u32(record + 12);
				const uint8_t *name = record + 20 + handle_bytes;

				pass.sum += u32(record + 16) + handle_bytes;
				if (names) {
					const uint8_t *nul = memchr(name, 0, (size_t)(record + len - name));

					pass.sum += (uint32_t)((nul ? nul : record + len) - name);
				}
				break;
			}
			}
			record += len;
		}
		at = event_end;
	}
	return pass;
}

static struct pass walk_ids(const uint8_t *at, const uint8_t *end)
{
	struct pass pass = { 0, 0 };

	for (; end - at >= 8; at += 8) {
		pass.sum += u32(at) ^ u32(at + 4);
		pass.operations++;
	}
	return pass;
}

/* CPU time: what others run does not count. */
static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static struct pass walk(const char *kind, const uint8_t *bytes, size_t size)
{
	const uint8_t *end = bytes + size;

	if (!strcmp(kind, "events"))
		return walk_events(bytes, end);
	if (!strcmp(kind, "ids"))
		return walk_ids(bytes, end);
	return walk_records(bytes, end, !strcmp(kind, "names"));
}

int main(int argc, char **argv)
{
	uint64_t start, until, t;
	struct pass pass;
	unsigned passes = 0;
	uint8_t *bytes;
	long size;
	FILE *file;

	if (argc != 4) {
		fprintf(stderr, "usage: walk events|records|names|ids FILE MILLISECONDS\n");
		return 2;
	}
	file = fopen(argv[2], "rb");
	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) <= 0) {
		perror(argv[2]);
		return 1;
	}
	rewind(file);
	bytes = malloc((size_t)size);
	if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
		perror(argv[2]);
		return 1;
	}
	pass = walk(argv[1], bytes, (size_t)size);
	start = now();
	until = start + strtoull(argv[3], NULL, 10) * 1000000u;
	do {
		pass = walk(argv[1], bytes, (size_t)size);
		/* Without this gcc would hoist the pure walk out of the loop. */
		__asm__ volatile("" : : "r"(pass.sum), "r"(bytes) : "memory");
		passes++;
		t = now();
	} while (t < until);
	printf("%u %zu %.4f\n", pass.sum, pass.operations, (double)(t - start) / ((double)passes * (double)pass.operations));
	return 0;
}
