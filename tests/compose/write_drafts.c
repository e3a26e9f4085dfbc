/* Writes messages built of drafts made by chance into a folder, N.eml, and what a reader should
 * find in each as N.json:
 *	write_drafts FOLDER COUNT */
#include "base/digest.h"
#include "base/json.h"
#include "base/memory.h"
#include "compose/compose_address.h"
#include "tests/compose/made.h"

#include <stdio.h>
#include <stdlib.h>

static void put_addresses(struct json *j, const char *key, const char *typed)
{
	struct address_list list = {0};
	compose_typed_parse(str_from(typed), &list, NULL);
	json_key(j, key);
	json_begin_array(j);
	for (size_t i = 0; i < list.count; i++) {
		json_begin_array(j);
		json_text(j, str_from(list.items[i].name));
		json_text(j, str_from(list.items[i].addr));
		json_end_array(j);
	}
	json_end_array(j);
	address_list_done(&list);
}

static void put_file(struct json *j, const struct draft_file *file)
{
	struct buf bytes = {0};
	struct digest *digest = digest_new();
	char hex[DIGEST_HEX_SIZE];
	made_bytes(file, &bytes);
	digest_add(digest, buf_str(&bytes));
	digest_finish(digest, hex);
	json_begin_object(j);
	json_put_text(j, "name", file->name);
	json_put_text(j, "type", file->type);
	json_put_text(j, "description", file->description);
	json_put_bool(j, "is_message", file->is_message);
	json_put_text(j, "sha256", hex);
	json_end_object(j);
	digest_free(digest);
	buf_done(&bytes);
}

static void describe(const struct draft *draft, struct buf *out)
{
	struct json j;
	json_init(&j, out);
	json_begin_object(&j);
	put_addresses(&j, "from", draft->from);
	put_addresses(&j, "to", draft->to);
	put_addresses(&j, "cc", draft->cc);
	put_addresses(&j, "reply-to", draft->reply_to);
	json_put_text(&j, "subject", draft->subject);
	json_put_text(&j, "in-reply-to", draft->in_reply_to);
	json_put_text(&j, "references", draft->references);
	json_put_text(&j, "body", draft->body);
	json_key(&j, "files");
	json_begin_array(&j);
	for (size_t i = 0; i < draft->file_count; i++)
		put_file(&j, &draft->files[i]);
	json_end_array(&j);
	json_end_object(&j);
}

static bool save(const char *folder, size_t number, const char *ending, struct str bytes)
{
	struct buf path = {0};
	buf_addf(&path, "%s/%zu.%s", folder, number, ending);
	FILE *file = fopen(buf_text(&path), "wb");
	bool ok = file != NULL && fwrite(bytes.data, 1, bytes.len, file) == bytes.len;
	if (file != NULL)
		ok &= fclose(file) == 0;
	if (!ok)
		perror(buf_text(&path));
	buf_done(&path);
	return ok;
}

static bool write_one(const char *folder, size_t number, uint64_t *seed)
{
	struct draft draft;
	struct made_message m = {0};
	struct outgoing out = {0};
	struct buf expected = {0};
	struct compose_options options = {.now = 1700000000, .zone = 60, .entropy = {1, number}};
	made_draft(seed, &draft);
	describe(&draft, &expected);
	bool ok = compose_build(&draft, &options, made_read, made_take, &m, &out, NULL) &&
		  save(folder, number, "eml", buf_str(&m.bytes)) &&
		  save(folder, number, "json", buf_str(&expected));
	draft_done(&draft);
	outgoing_done(&out);
	buf_done(&m.bytes);
	buf_done(&expected);
	return ok;
}

int main(int argc, char **argv)
{
	uint64_t seed = 2026;
	if (argc != 3) {
		fprintf(stderr, "usage: write_drafts FOLDER COUNT\n");
		return 2;
	}
	for (size_t i = 0, count = strtoul(argv[2], NULL, 10); i < count; i++)
		if (!write_one(argv[1], i, &seed))
			return 1;
	return 0;
}
